using Microsoft.Win32.SafeHandles;

namespace Federated.ClientNode;

/// <summary>
/// The records of a JSONL file, one a line in one of the forms of <see cref="RecordLine"/>, through an index of offsets.
/// </summary>
/// <remarks>
/// The file is read once to check every line and to decide its side of the hold-out split; after that only the sampled records are
/// read, one at a time. Blank lines are passed over; other fields are ignored. Where a record stands, and what its neighbours are,
/// changes nothing about it: the line and the hold-out key alone decide whether it is trained on.
/// </remarks>
internal sealed class JsonLinesRecords : ITrainingRecords, IDisposable
{
    private const string OneRecord =
        "Each line must be one JSON object: {\"text\": …}, {\"prompt\": …, \"completion\": …} or {\"messages\": […]}";

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _fileLength;
    private readonly DateTime _written;
    private readonly List<LinePlace> _training = [];
    private readonly List<string?> _subjects = []; // of _training
    private readonly List<LinePlace> _heldOut = [];

    private JsonLinesRecords(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        _fileLength = RandomAccess.GetLength(file);
        _written = File.GetLastWriteTimeUtc(path);
    }

    /// <inheritdoc />
    public int TrainingCount => _training.Count;

    /// <summary>Number of records that are never trained on. Stays on this machine.</summary>
    public int HeldOutCount => _heldOut.Count;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">A JSONL file in UTF-8.</param>
    /// <param name="holdOut">Decides each record's side.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="InvalidRecordsException">No file, no record, or lines that are not records, by number.</exception>
    public static JsonLinesRecords Open(string path, HoldOut holdOut, CancellationToken cancellation = default) =>
        Open(path, holdOut, sketch: null, requireSubjects: false, cancellation);

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">A JSONL file in UTF-8.</param>
    /// <param name="holdOut">Decides each record's side.</param>
    /// <param name="sketch">Receives every record; null: none wanted.</param>
    /// <param name="requireSubjects">True: a record that does not say whom it is about is refused.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="InvalidRecordsException">No file, no record, or lines that are not records, by number.</exception>
    public static JsonLinesRecords Open(
        string path,
        HoldOut holdOut,
        RecordSketch? sketch,
        bool requireSubjects,
        CancellationToken cancellation
    )
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRecordsException(
                $"data {path}: cannot be read; name a JSONL file that this user may read",
                error
            );
        }

        var records = new JsonLinesRecords(path, file);
        try
        {
            records.RequireText();
            records.Index(holdOut, sketch, requireSubjects, cancellation);
            return records;
        }
        catch
        {
            records.Dispose();
            throw;
        }
    }

    /// <summary>Reads one training record.</summary>
    /// <param name="index">0 … <see cref="TrainingCount"/> − 1, in file order.</param>
    /// <exception cref="InvalidRecordsException">The file has changed since it was opened.</exception>
    public TextRecord Training(int index) => Read(_training[index]);

    /// <inheritdoc />
    public string? SubjectOf(int index) => _subjects[index];

    /// <summary>Whether some record is a conversation, a pair of texts or an image, which not every model takes.</summary>
    public bool NeedsFittingModel { get; private set; }

    /// <summary>Refuses the file when the model cannot take a record of it.</summary>
    /// <param name="fault">What is wrong with a record for the model, without a word of it; null: nothing.</param>
    /// <param name="cancellation">Stops the reading of a large file.</param>
    /// <exception cref="InvalidRecordsException">The records that the model cannot take, by line.</exception>
    public void Require(Func<TextRecord, string?> fault, CancellationToken cancellation)
    {
        var errors = new RecordErrors();
        foreach (var line in _training.Concat(_heldOut).OrderBy(line => line.Number))
        {
            cancellation.ThrowIfCancellationRequested();
            if (fault(Read(line)) is { } complaint)
            {
                errors.Add(line.Number, complaint);
            }
        }

        if (errors.Any)
        {
            throw new InvalidRecordsException($"data {_path} does not fit the model: {errors}");
        }
    }

    /// <summary>Reads one held-out record.</summary>
    /// <param name="index">0 … <see cref="HeldOutCount"/> − 1, in file order.</param>
    public TextRecord HeldOut(int index) => Read(_heldOut[index]);

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    // What is most often given instead has a better answer than its first lines.
    private void RequireText()
    {
        Span<byte> start = stackalloc byte[4];
        var instead = start[..RandomAccess.Read(_file, start, 0)] switch
        {
            [0x1F, 0x8B, ..] => "is packed with gzip; unpack it first, or, of images in idx files,",
            [0, 0, 8, _] => "holds images or labels in the idx format;",
            _ => null,
        };
        if (instead is not null)
        {
            throw new InvalidRecordsException($"data {_path}: {instead} make records of them with fednode records");
        }
    }

    private void Index(HoldOut holdOut, RecordSketch? sketch, bool requireSubjects, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var errors = new RecordErrors();
        foreach (var (line, bytes) in RecordLines.Of(_file, errors, cancellation))
        {
            try
            {
                var record = RecordLine.Parse(bytes.Span);
                NeedsFittingModel |= record is { Messages: not null } or { Pair: not null } or { IsImage: true };
                if (requireSubjects && record.Subject is null)
                {
                    throw new FormatException(
                        "has no field \"subject\", and source.declaredSubjects says that each has"
                    );
                }

                if (holdOut.Contains(record))
                {
                    _heldOut.Add(line);
                }
                else
                {
                    _training.Add(line);
                    _subjects.Add(record.Subject is { } subject ? Once(names, subject) : null);
                }

                sketch?.Add(record);
            }
            catch (FormatException error)
            {
                errors.Add(line.Number, error.Message);
            }
        }

        if (errors.Any)
        {
            throw new InvalidRecordsException($"data {_path}: {errors}. {OneRecord}; nothing was used");
        }

        if (_training.Count == 0)
        {
            throw new InvalidRecordsException(
                _heldOut.Count == 0
                    ? $"data {_path}: holds no record. {OneRecord}"
                    : $"data {_path}: every record fell into the hold-out; give more records or a smaller holdOut.fraction"
            );
        }
    }

    // One string for all records of a subject.
    private static string Once(HashSet<string> names, string name)
    {
        if (names.TryGetValue(name, out var known))
        {
            return known;
        }

        names.Add(name);
        return name;
    }

    private TextRecord Read(LinePlace line)
    {
        if (RandomAccess.GetLength(_file) != _fileLength || File.GetLastWriteTimeUtc(_path) != _written)
        {
            throw new InvalidRecordsException($"data {_path}: changed while the node works; start fednode again");
        }

        var bytes = new byte[line.Length];
        if (RandomAccess.Read(_file, bytes, line.Offset) != bytes.Length)
        {
            throw new InvalidRecordsException(
                $"data {_path}: line {line.Number} cannot be read any more; start fednode again"
            );
        }

        return RecordLine.Parse(bytes);
    }
}
