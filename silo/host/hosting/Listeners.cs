using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Federated.Silo;

/// <summary>The silo's two addresses, known once it listens: port 0 becomes a real one.</summary>
internal sealed class Listeners
{
    // A node has one connection, or a few while it sends; a proxy in front of the silo has few for all nodes.
    private const int MostNodes = 4096;
    private const int MostOperators = 256;

    private ListenOptions? _nodes;
    private ListenOptions? _operators;

    public Uri GrpcAddress => AddressOf(_nodes);

    public Uri HttpAddress => AddressOf(_operators);

    /// <summary>HTTP/2 without TLS: with nothing to tell protocols apart, gRPC needs a port of its own.</summary>
    public void ForNodes(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.LimitConnections(MostNodes);
        _nodes = listen;
    }

    /// <summary>HTTP/1.1.</summary>
    public void ForOperators(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.LimitConnections(MostOperators);
        _operators = listen;
    }

    private static Uri AddressOf(ListenOptions? listen) =>
        listen?.IPEndPoint is { } end
            ? new UriBuilder(Uri.UriSchemeHttp, end.Address.ToString(), end.Port).Uri
            : throw new InvalidOperationException("The silo does not listen yet.");
}
