using System.Diagnostics;
using System.Globalization;

namespace Federated.ClientNode;

/// <summary>How far an audit is: one line that is rewritten on a terminal, a line for each quarter elsewhere.</summary>
/// <param name="writer">Where to; not where the result goes.</param>
/// <param name="isTerminal">Whether a line can be rewritten.</param>
/// <param name="total">What is counted up to.</param>
internal sealed class AuditProgress(TextWriter writer, bool isTerminal, long total) : IDisposable
{
    private const string WipeLine = "\r\u001b[2K";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _shown;
    private long _quarter;

    /// <summary>Tells a count.</summary>
    public void Report(long done)
    {
        if (isTerminal)
        {
            if (_clock.Elapsed - _shown < Pause)
            {
                return;
            }

            _shown = _clock.Elapsed;
            var left = _shown * ((total - done) / (double)done);
            writer.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{WipeLine}  {done} of {total} games ({100.0 * done / total:F0} %), about {left.TotalSeconds:F0} s left"
                )
            );
        }
        else if (4 * done / total > _quarter)
        {
            _quarter = 4 * done / total;
            writer.WriteLine($"{done} of {total} games");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (isTerminal)
        {
            writer.Write(WipeLine);
        }
    }
}
