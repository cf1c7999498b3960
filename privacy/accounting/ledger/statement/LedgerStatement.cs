using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>
/// A ledger as its owner hands it to others: one JSON document with every plan in the field's words, what the sources have promised, every line of the ledger
/// as it is on disk, and the node's signature over all of it. Any accountant can recompute every ε.
/// </summary>
/// <remarks>
/// <code>
///   { "statement": { format, version, nodeId, at, head, sources, plans, gaps, renyiOrders, ledger: [ line, … ] },
///     "publicKey": DER SubjectPublicKeyInfo, "signature": ECDSA P-256 }
/// </code>
/// Signed is the text "federated-ledger-statement/1", a line break, the node's id, a line break, and the value of <c>statement</c>, byte for byte as it stands in
/// the file.
/// </remarks>
public sealed class LedgerStatement
{
    private const string Format = "federated-ledger-statement";
    private const int Version = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private LedgerStatement(LedgerSnapshot ledger, NodeId nodeId, DateTimeOffset at) =>
        (Ledger, NodeId, At) = (ledger, nodeId, at);

    /// <summary>The entries and what they add up to.</summary>
    public LedgerSnapshot Ledger { get; }

    /// <summary>Who signed; compare it with the node's enrolled id.</summary>
    public NodeId NodeId { get; }

    /// <summary>When, by the node's clock, UTC.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Signs a ledger.</summary>
    /// <param name="ledger">What <see cref="PrivacyLedger.Read"/> read.</param>
    /// <param name="identity">The node's key.</param>
    /// <param name="at">When.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Sign(LedgerSnapshot ledger, NodeIdentity identity, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(identity);
        var body = JsonSerializer.Serialize(
            new Body(
                Format,
                Version,
                identity.Id.Value,
                at,
                ledger.Head,
                [.. ledger.Sources.Select(ledger.Status)],
                ledger.Plans,
                [.. ledger.Entries.OfType<RecoveredEntry>().SelectMany(gap => gap.Charges)],
                RenyiFilter.Public.Orders,
                Encoding.UTF8.GetString(ledger.Lines.Span).Split('\n')[..^1]
            ),
            Options
        );
        var key = Convert.ToBase64String(identity.PublicKey.Span);
        var signature = Convert.ToBase64String(identity.Sign(Signed(identity.Id, body)));
        return Encoding.UTF8.GetBytes(
            $"{{\n\"statement\": {body},\n\"publicKey\": \"{key}\",\n\"signature\": \"{signature}\"\n}}\n"
        );
    }

    /// <summary>Reads a statement and checks signature, chain and rules, and that its plans are those of its ledger.</summary>
    /// <param name="statement">What <see cref="Sign"/> made.</param>
    /// <exception cref="LedgerCorruptException">Something was changed, left out or added, or it is no statement.</exception>
    public static LedgerStatement Verify(ReadOnlyMemory<byte> statement)
    {
        try
        {
            using var document = JsonDocument.Parse(statement);
            var text = document.RootElement.GetProperty("statement").GetRawText();
            var key = document.RootElement.GetProperty("publicKey").GetBytesFromBase64();
            var signature = document.RootElement.GetProperty("signature").GetBytesFromBase64();
            var body = JsonSerializer.Deserialize<Body>(text, Options);
            if (body is not { Format: Format, Version: Version })
            {
                throw Refused($"it is not a {Format} of version {Version}");
            }

            var nodeId = NodeId.Of(key);
            if (nodeId.Value != body.NodeId || !NodeIdentity.Verify(key, Signed(nodeId, text), signature))
            {
                throw Refused("its signature is not that of its node over its content");
            }

            var lines = Encoding.UTF8.GetBytes(string.Concat(body.Ledger.Select(line => line + "\n")));
            var ledger = new LedgerSnapshot(LedgerFile.Parse(lines, "statement").State, lines);
            if (ledger.Head != body.Head || !ledger.Plans.SequenceEqual(body.Plans))
            {
                throw Refused("its head or its plans are not those of its ledger lines");
            }

            return new LedgerStatement(ledger, nodeId, body.At);
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
                        or System.Security.Cryptography.CryptographicException
            )
        {
            throw Refused("it cannot be read", error);
        }
    }

    private static LedgerCorruptException Refused(string why, Exception? error = null) =>
        new($"the statement is not what its owner signed: {why}; ask the owner to export it again", error);

    private static byte[] Signed(NodeId nodeId, string body) =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Format}/{Version}\n{nodeId.Value}\n{body}")
        );

    private sealed record Body(
        string Format,
        int Version,
        string NodeId,
        DateTimeOffset At,
        LedgerHead Head,
        IReadOnlyList<SourceStatus> Sources,
        IReadOnlyList<StatedPlan> Plans,
        IReadOnlyList<RecoveredCharge> Gaps,
        IReadOnlyList<double> RenyiOrders,
        IReadOnlyList<string> Ledger
    );
}
