using System.Net;

namespace Federated.ClientNode;

/// <summary>Which addresses a node talks to.</summary>
internal static class SiloAddress
{
    /// <summary>An address, or null with the reason.</summary>
    /// <param name="text">Such as <c>https://silo.example.org:7400</c>.</param>
    /// <param name="why">What is wrong and what to do; null when nothing is.</param>
    public static Uri? TryParse(string text, out string? why)
    {
        why = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            why = "expected an address such as https://silo.example.org:7400";
        }
        else if (uri.Scheme == "http" && !IsLoopback(uri.Host))
        {
            why =
                "plain http is for this machine only, since anybody on the way could read or change what it carries; use https://";
        }
        else if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            why = "expected only scheme, host and port";
        }

        return why is null ? uri : null;
    }

    // Names other than localhost are not resolved: what they resolve to may change after the check.
    private static bool IsLoopback(string host) =>
        host == "localhost"
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
