using System.Diagnostics;

namespace Federated.Benchmarks;

/// <summary>
/// CPU time of this process for things measured in turn, one of each a round, so that a busy machine disturbs all alike. Wall time
/// stands beside it: what else runs lengthens it, so its least is what the machine can do.
/// </summary>
internal sealed class CpuTime(params (string Name, Action Work)[] subjects)
{
    private readonly List<double>[] _milliseconds = [.. subjects.Select(_ => new List<double>())];
    private readonly List<double>[] _wall = [.. subjects.Select(_ => new List<double>())];

    public void Measure(int rounds)
    {
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < subjects.Length; i++)
            {
                var before = Process.GetCurrentProcess().TotalProcessorTime;
                var started = Stopwatch.GetTimestamp();
                subjects[i].Work();
                var passed = Stopwatch.GetElapsedTime(started);
                var spent = Process.GetCurrentProcess().TotalProcessorTime - before;
                // The first round warms up.
                if (round > 0)
                {
                    _milliseconds[i].Add(spent.TotalMilliseconds);
                    _wall[i].Add(passed.TotalMilliseconds);
                }
            }
        }
    }

    /// <summary>Median CPU time of a subject, in milliseconds.</summary>
    public double Median(int subject) => Median(_milliseconds[subject]);

    /// <summary>Least wall time of a subject, in milliseconds.</summary>
    public double LeastWall(int subject) => _wall[subject].Min();

    public void Print(TextWriter output)
    {
        var first = Median(_milliseconds[0]);
        output.WriteLine("| | CPU ms, median | least | × first | wall ms, median | least |");
        output.WriteLine("|---|---|---|---|---|---|");
        for (var i = 0; i < subjects.Length; i++)
        {
            var median = Median(_milliseconds[i]);
            output.WriteLine(
                FormattableString.Invariant(
                    $"| {subjects[i].Name} | {median:F1} | {_milliseconds[i].Min():F1} | {median / first:F3} | {Median(_wall[i]):F1} | {LeastWall(i):F1} |"
                )
            );
        }
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1
            ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
