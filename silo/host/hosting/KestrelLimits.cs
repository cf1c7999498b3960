using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Federated.Silo;

/// <summary>Windows wide enough for adapters on fast links, and pings that notice nodes which have gone.</summary>
internal static class KestrelLimits
{
    public static void Apply(KestrelServerLimits limits)
    {
        var http2 = limits.Http2;
        http2.InitialStreamWindowSize = 1 << 20;
        http2.InitialConnectionWindowSize = 2 << 20;
        http2.MaxFrameSize = 1 << 16;
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
