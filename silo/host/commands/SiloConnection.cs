using System.CommandLine;

namespace Federated.Silo;

/// <summary>The options by which a command finds its silo, and how it prints.</summary>
internal sealed class SiloConnection
{
    private const string TokenVariable = "FEDSILO_TOKEN";

    private const string DefaultAddress = "http://127.0.0.1:7480";

    private readonly Option<string?> _silo = new("--silo")
    {
        Description = $"The silo's HTTP address; default: where the silo of --data listens, otherwise {DefaultAddress}",
        HelpName = "URL",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = $"The silo's data folder, for its address and operator token; without it {TokenVariable} is used",
        HelpName = "DIR",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the silo's answer as JSON" };

    /// <summary>Adds the options to a command.</summary>
    public Command AddTo(Command command)
    {
        command.Options.Add(_silo);
        command.Options.Add(_data);
        command.Options.Add(_json);
        return command;
    }

    /// <summary>Whether the answer is printed as JSON.</summary>
    public bool Json(ParseResult result) => result.GetValue(_json);

    /// <summary>A client of the silo that is meant.</summary>
    /// <exception cref="StartupException">The address or the token cannot be used.</exception>
    public SiloClient Open(ParseResult result)
    {
        var data = result.GetValue(_data);
        var written = result.GetValue(_silo) ?? Listening(data) ?? DefaultAddress;
        if (
            !Uri.TryCreate(written, UriKind.Absolute, out var address)
            || !address.Scheme.StartsWith("http", StringComparison.Ordinal)
        )
        {
            throw new StartupException($"--silo {written} is no address; expected one such as http://127.0.0.1:7480.");
        }

        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
        {
            throw new StartupException(
                $"--silo {written} is plain http to another machine: anybody on the way could read the operator token. "
                    + "Run this on the silo's machine, or use an https:// address."
            );
        }

        return new SiloClient(address, Token(data));
    }

    /// <summary>The options as they were typed, for a command that is to follow.</summary>
    public string Typed(ParseResult result) =>
        string.Concat(
            new[] { _data, _silo }
                .Where(option => result.GetValue(option) is not null)
                .Select(option => $" {option.Name} {result.GetValue(option)}")
        );

    // Null: no silo has said where it listens.
    private static string? Listening(string? data)
    {
        try
        {
            return data is not null && DataFolder.HttpAddressFile(data) is var file && File.Exists(file)
                ? File.ReadAllText(file).Trim()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Token(string? data)
    {
        if (data is null)
        {
            return Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } token
                ? token
                : throw new StartupException(
                    $"No operator token. Name the silo's data folder (--data DIR), or set {TokenVariable} to the content of its operator.token."
                );
        }

        var file = DataFolder.OperatorTokenFile(data);
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--data {data}: {e.Message} Name the data folder of a silo that has run.", e);
        }
    }
}
