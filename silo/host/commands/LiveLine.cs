using System.Runtime.CompilerServices;

namespace Federated.Silo;

/// <summary>A line that is written over on a terminal, and written once for each change where output is piped.</summary>
internal sealed class LiveLine
{
    private string _shown = "";

    private static bool IsTerminal => !Console.IsOutputRedirected;

    public void Show(string text, bool living)
    {
        if (living && IsTerminal)
        {
            // A line that wraps could not be written over.
            text = Fit(text, Console.WindowWidth);
            Console.Write($"\r{text.PadRight(_shown.Length)}");
        }
        else if (text != _shown)
        {
            Console.WriteLine(text);
        }

        _shown = text;
    }

    public void End()
    {
        if (_shown.Length > 0 && IsTerminal)
        {
            Console.WriteLine();
        }
    }

    /// <summary>On a terminal each value again every second, since what is left of a deadline changes without an event.</summary>
    public async IAsyncEnumerable<T> EverySecond<T>(
        IAsyncEnumerable<T> values,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var coming = values.GetAsyncEnumerator(cancellation);
        T? last = default;
        while (true)
        {
            var next = coming.MoveNextAsync().AsTask();
            while (IsTerminal && _shown.Length > 0 && !next.IsCompleted)
            {
                var second = Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellation);
                if (await Task.WhenAny(next, second) == second && second.IsCompletedSuccessfully)
                {
                    yield return last!;
                }
            }

            if (!await next)
            {
                yield break;
            }

            yield return last = coming.Current;
        }
    }

    /// <summary>A text that is shorter than a line, so that the cursor stays on it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">Columns of the terminal; 0 where it has not said.</param>
    internal static string Fit(string text, int width) =>
        width > 1 && text.Length >= width ? $"{text[..(width - 2)]}…" : text;
}
