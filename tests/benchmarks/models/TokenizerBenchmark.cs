using System.Diagnostics;
using Federated.Adapters.Text;

namespace Federated.Benchmarks;

/// <summary>
/// How fast texts become ids, beside cutting the same texts by the pre-tokenizer's pattern and doing nothing else: the part of the work that
/// no byte-level tokenizer is without.
/// </summary>
internal static class TokenizerBenchmark
{
    public static void Run(Arguments arguments)
    {
        var folder = arguments.Text("folder", Path.Combine(AppContext.BaseDirectory, "base-docs"));
        var tokenizer = TextTokenizer.Load(folder);
        var random = new Random(1);
        // Words of the vocabulary at random: few repeat, so that remembering words helps little.
        string[] texts =
        [
            .. Enumerable
                .Range(0, arguments.Integer("texts", 500))
                .Select(_ =>
                    tokenizer.Decode(Enumerable.Range(0, 500).Select(_ => random.Next(tokenizer.VocabularySize)))
                ),
        ];
        var characters = texts.Sum(text => (double)text.Length);
        var (tokens, pieces) = (0L, 0L);
        var (encoding, cutting) = (new List<double>(), new List<double>());
        for (var round = 0; round < arguments.Integer("rounds", 7); round++)
        {
            var fresh = TextTokenizer.Load(folder);
            encoding.Add(Seconds(() => tokens = texts.Sum(text => (long)fresh.Encode(text).Count)));
            cutting.Add(Seconds(() => pieces = texts.Sum(text => (long)GptPreTokenization.Pattern().Count(text))));
        }

        var (encode, cut) = (
            encoding.Order().ElementAt(encoding.Count / 2),
            cutting.Order().ElementAt(cutting.Count / 2)
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"{characters / 1e6:F1} M characters in {texts.Length} texts, {tokens} tokens, {pieces} pieces; medians of {encoding.Count}, nothing remembered before"
            )
        );
        Console.WriteLine(
            FormattableString.Invariant(
                $"{tokens / encode / 1e6:F2} M tokens/s, {characters / encode / 1e6:F1} M characters/s: {encode / cut:F1} × cutting alone ({characters / cut / 1e6:F1} M characters/s)"
            )
        );
    }

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
