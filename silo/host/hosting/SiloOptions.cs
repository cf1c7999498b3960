using System.Net;

namespace Federated.Silo;

/// <summary>How a silo is started.</summary>
public sealed record SiloOptions
{
    /// <summary>The data folder; made when it is missing.</summary>
    public required string Data { get; init; }

    /// <summary>Where to listen: a loopback address, since both listeners are plain.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Port of the nodes' gRPC listener (HTTP/2 without TLS). 0 = any free port.</summary>
    public int GrpcPort { get; init; } = 7400;

    /// <summary>Port of the operators' HTTP/1.1 API. 0 = any free port.</summary>
    public int HttpPort { get; init; } = 7480;

    /// <summary>Hugging Face folders of the base models, by the name that run documents use.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>JSONL files of public records that runs may be judged on, by the name that run documents use.</summary>
    public IReadOnlyDictionary<string, string> PublicData { get; init; } = new Dictionary<string, string>();

    /// <summary>Groups that nodes can be invited to; the first is the default.</summary>
    public IReadOnlyList<string> Groups { get; init; } = ["default"];

    /// <summary>Whether log lines also go to the error stream.</summary>
    public bool LogToConsole { get; init; } = true;
}
