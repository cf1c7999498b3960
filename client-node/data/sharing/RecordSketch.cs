using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.ClientNode;

/// <summary>
/// The smallest keyed digests of a source's records: enough to see that two sources share some, and of no use to anybody without the key.
/// </summary>
/// <remarks>
/// A bottom-k sketch. A digest is the first 64 bits of HMAC-SHA256 over the record's text (with its prompt, if it has one), so the k smallest are a fixed random sample of the distinct
/// texts. Two sources of at most <see cref="Size"/> texts each are compared whole. Of larger ones, m shared texts are seen with probability
/// 1 − (1 − k/n)^m, where n is the number of distinct texts of the larger source: a thousand shared texts in a million are missed with
/// probability below 1e-29. Two different texts are taken for one with probability below 65 536² ÷ 2⁶⁴ ≈ 2e-10. Sketches of parts merge to
/// the sketch of the whole. Time is one hash a record, memory 16 bytes × k.
/// </remarks>
internal sealed class RecordSketch
{
    /// <summary>k.</summary>
    public const int Size = 65_536;

    private readonly byte[] _key;
    private readonly bool _ofSubjects;
    private readonly List<ulong> _digests = [];
    private ulong _largest = ulong.MaxValue; // of the k kept; larger ones are out
    private bool _isSorted = true;

    /// <summary>An empty sketch.</summary>
    /// <param name="key">The home's secret.</param>
    /// <param name="ofSubjects">True: the budget is that of a person, so the persons that records name are digested beside the records.</param>
    public RecordSketch(ReadOnlySpan<byte> key, bool ofSubjects = false) =>
        (_key, _ofSubjects) = (key.ToArray(), ofSubjects);

    /// <summary>The kept digests, ascending, at most <see cref="Size"/>.</summary>
    public IReadOnlyList<ulong> Digests
    {
        get
        {
            Sort();
            return _digests;
        }
    }

    /// <summary>Adds a record by its prompt and text. What stands beside the text in the file does not make it another record.</summary>
    public void Add(TextRecord record)
    {
        Add(
            Digest(
                record switch
                {
                    { Prompt: { } prompt } => $"{Length(prompt)}\n{prompt}{record.Text}",
                    { Pair: { } pair } => $"pair {Length(record.Text)}\n{record.Text}{pair}",
                    _ => $"\n{record.Text}",
                }
            )
        );
        if (_ofSubjects && record.Subject is { } subject)
        {
            Add(Digest($"subject\n{subject}"));
        }
    }

    /// <summary>Adds a digest.</summary>
    public void Add(ulong digest)
    {
        if (digest > _largest)
        {
            return;
        }

        _digests.Add(digest);
        _isSorted = false;
        if (_digests.Count >= 2 * Size)
        {
            Sort();
        }
    }

    /// <summary>How many of the kept digests both have; 0: no shared record was seen.</summary>
    public int SharedWith(RecordSketch other)
    {
        var theirs = other.Digests.ToHashSet();
        return Digests.Count(theirs.Contains);
    }

    private static string Length(string text) => text.Length.ToString(CultureInfo.InvariantCulture);

    private ulong Digest(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private void Sort()
    {
        if (_isSorted)
        {
            return;
        }

        _digests.Sort();
        var distinct = 0;
        for (var i = 0; i < _digests.Count && distinct < Size; i++)
        {
            if (distinct == 0 || _digests[i] != _digests[distinct - 1])
            {
                _digests[distinct++] = _digests[i];
            }
        }

        _digests.RemoveRange(distinct, _digests.Count - distinct);
        _largest = distinct == Size ? _digests[^1] : ulong.MaxValue;
        _isSorted = true;
    }
}
