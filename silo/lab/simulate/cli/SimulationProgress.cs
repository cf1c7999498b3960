using Federated.Lab.Demo.Views;

namespace Federated.Lab.Simulate;

/// <summary>Shows how far a simulation is: one line that is written over on a terminal, a line now and then elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="isTerminal">Whether lines can be written over.</param>
/// <param name="time">How long it takes.</param>
internal sealed class SimulationProgress(TextWriter output, bool isTerminal, TimeProvider time)
{
    private const string WipeLine = "\r\u001b[2K";
    private const int BarWidth = 24;
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    private long _shownAt;
    private long _begun;

    /// <summary>A method begins.</summary>
    public void Begin() => (_begun, _shownAt) = (time.GetTimestamp(), 0);

    /// <summary>A version is there.</summary>
    public void Show(string method, SimulatedVersion version, long versions)
    {
        var isLast = version.Version == versions;
        if (isTerminal && (isLast || time.GetElapsedTime(_shownAt) >= Often))
        {
            _shownAt = time.GetTimestamp();
            output.Write($"{WipeLine}{Line(method, version, versions)}{(isLast ? "\n" : "")}");
        }
        else if (!isTerminal && (isLast || (versions >= 10 && version.Version % (versions / 10) == 0)))
        {
            output.WriteLine(Line(method, version, versions));
        }
    }

    private string Line(string method, SimulatedVersion version, long versions)
    {
        var done = (int)(BarWidth * version.Version / versions);
        var score = version.Score is { } found
            ? Numbers.Text($", loss {found.Loss:0.0000}")
                + (found.Accuracy is { } accuracy ? Numbers.Text($", accuracy {accuracy:0.0%}") : "")
            : "";
        return Numbers.Text(
            $"{method, -8} {new string('█', done)}{new string('░', BarWidth - done)} version {version.Version}/{versions}, virtual {TimeSpan.FromSeconds(version.Seconds):d\\.hh\\:mm}, {version.Participants} nodes{score} ({time.GetElapsedTime(_begun).TotalSeconds:0.0} s)"
        );
    }
}
