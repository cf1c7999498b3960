using System.CommandLine;
using System.Globalization;
using Federated.Lab.Simulate;

namespace Federated.Benchmarks;

/// <summary>
/// FedAU's claim on classification, through the real silo and the real trainer: labels and participation go together, every method sees the same
/// trace, and the numbers are means over seeds with their range. FedAvg and known probabilities are the peers in the same run.
/// </summary>
internal static class FedAuBenchmark
{
    private static readonly string[] Methods = ["fedau", "fedavg", "uniform", "known", "fedvarp", "mifa"];

    public static void Run(Arguments arguments)
    {
        var seeds = arguments.Integer("seeds", 3);
        foreach (var participation in arguments.Text("participation", "bernoulli,markov,cyclic").Split(','))
        {
            var found = Methods.ToDictionary(method => method, _ => new List<MethodSummary>());
            for (var seed = 1; seed <= seeds; seed++)
            {
                foreach (var summary in Summaries(arguments, participation, seed))
                {
                    found[summary.Method].Add(summary);
                }
            }

            Print(participation, found);
        }
    }

    private static IReadOnlyList<MethodSummary> Summaries(Arguments arguments, string participation, int seed)
    {
        var folder = Directory.CreateTempSubdirectory("fedau-");
        try
        {
            string[] line =
            [
                "simulate",
                "--nodes",
                arguments.Text("nodes", "50"),
                "--versions",
                arguments.Text("versions", "300"),
                "--participation",
                participation,
                "--task",
                arguments.Text("task", "digits"),
                "--evaluate-every",
                "5",
                "--seed",
                seed.ToString(CultureInfo.InvariantCulture),
                "--compare",
                string.Join(',', Methods),
                "--out",
                folder.FullName,
            ];
            var output = Console.Out;
            Console.SetOut(TextWriter.Null);
            var code = new RootCommand { SimulateCommand.Create() }
                .Parse(line)
                .Invoke();
            Console.SetOut(output);
            return code == 0
                ? SimulationJson
                    .Read<SimulationReport>(File.ReadAllText(Path.Combine(folder.FullName, "simulation.json")))
                    .Summary
                : throw new InvalidOperationException($"fedlab {string.Join(' ', line)} ended with {code}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Print(string participation, Dictionary<string, List<MethodSummary>> found)
    {
        Console.WriteLine($"{participation}, {found[Methods[0]].Count} seeds: mean (least … most)");
        Console.WriteLine("| method | loss | loss, rare nodes | accuracy | accuracy, rare nodes | noise ÷ uniform |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (method, summaries) in found)
        {
            Console.WriteLine(
                $"| {method} | {Cell(s => s.Loss)} | {Cell(s => s.RareLoss)} | {Cell(s => 100 * s.Accuracy ?? 0)} | {Cell(s => 100 * s.RareAccuracy ?? 0)} | {Cell(s => s.NoiseAmplification)} |"
            );

            string Cell(Func<MethodSummary, double> value)
            {
                var values = summaries.Select(value).ToList();
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{values.Average():G3} ({values.Min():G3} … {values.Max():G3})"
                );
            }
        }

        Console.WriteLine();
    }
}
