using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Federated.Privacy.Accounting;

/// <summary>
/// A ledger as its owner hands it to others: every line as it is on disk, and a last line with the node's signature over the head. Plans stand in it as
/// numbers, so any accountant can recompute every ε.
/// </summary>
public sealed class LedgerStatement
{
    private const string Format = "federated-ledger-statement";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private LedgerStatement(LedgerSnapshot ledger, NodeId nodeId) => (Ledger, NodeId) = (ledger, nodeId);

    /// <summary>The entries and what they add up to.</summary>
    public LedgerSnapshot Ledger { get; }

    /// <summary>Who signed; compare it with the node's enrolled id.</summary>
    public NodeId NodeId { get; }

    /// <summary>Signs a ledger.</summary>
    /// <param name="ledger">What <see cref="PrivacyLedger.Read"/> read.</param>
    /// <param name="identity">The node's key.</param>
    /// <returns>UTF-8 text, one JSON document a line.</returns>
    public static byte[] Sign(LedgerSnapshot ledger, NodeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(identity);
        var last = new LastLine(
            Format,
            1,
            identity.Id.Value,
            ledger.Head.Sequence,
            ledger.Head.Hash,
            identity.PublicKey.ToArray(),
            identity.Sign(Signed(identity.Id, ledger.Head))
        );
        return [.. ledger.Lines.Span, .. JsonSerializer.SerializeToUtf8Bytes(last, Options), (byte)'\n'];
    }

    /// <summary>Reads a statement and checks chain, rules and signature.</summary>
    /// <param name="statement">What <see cref="Sign"/> made.</param>
    /// <exception cref="LedgerCorruptException">A line was changed, left out or added, or the signature does not fit.</exception>
    public static LedgerStatement Verify(ReadOnlySpan<byte> statement)
    {
        var body = statement.Length > 0 && statement[^1] == (byte)'\n' ? statement[..^1] : statement;
        var lines = statement[..(body.LastIndexOf((byte)'\n') + 1)];
        var last = Read(body[lines.Length..]);
        var ledger = new LedgerSnapshot(LedgerFile.Parse(lines, "statement").State, lines.ToArray());
        if (
            last is not { Statement: Format, Version: 1, PublicKey: not null, Signature: not null }
            || last.Head != ledger.Head.Hash
            || last.Sequence != ledger.Head.Sequence
            || NodeId.Of(last.PublicKey) is var nodeId && nodeId.Value != last.NodeId
            || !NodeIdentity.Verify(last.PublicKey, Signed(nodeId, ledger.Head), last.Signature)
        )
        {
            throw new LedgerCorruptException(
                "the statement's last line does not sign its entries; ask the owner to export it again"
            );
        }

        return new LedgerStatement(ledger, nodeId);
    }

    private static LastLine? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<LastLine>(line, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Signed(NodeId nodeId, LedgerHead head) =>
        Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Format}/1\n{nodeId.Value}\n{head.Sequence}\n{head.Hash}\n")
        );

    private sealed record LastLine(
        string Statement,
        int Version,
        string NodeId,
        long Sequence,
        string Head,
        byte[] PublicKey,
        byte[] Signature
    );
}
