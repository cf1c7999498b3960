using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.ClientNode;
using Federated.Lab.Demo.Data;

namespace Federated.Lab.Demo.Reports;

/// <summary>Continues one held-out text with the base model and with the trained adapter, in this process.</summary>
internal static class AdapterSample
{
    private const int NewTokens = 32;
    private const int LongestHeading = 80;

    /// <summary>Loads model and adapter, and lets both continue the same beginning greedily.</summary>
    /// <param name="modelFolder">The base model.</param>
    /// <param name="adapterFolder">A PEFT folder.</param>
    /// <param name="adapter">What the adapter changes.</param>
    /// <param name="prompt">The beginning.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    public static SampleCompletion Continue(
        string modelFolder,
        string adapterFolder,
        AdapterOptions adapter,
        string prompt,
        CancellationToken cancellationToken
    )
    {
        using var model = BaseModel.Load(modelFolder);
        using var lora = AdapterFolder.Attach(model, adapterFolder, adapter);
        var generator = new TextGenerator(model.LanguageModel, model.Tokenizer);
        lora.Enabled = false;
        var before = generator.Continue(prompt, NewTokens, cancellationToken: cancellationToken);
        lora.Enabled = true;
        var after = generator.Continue(prompt, NewTokens, cancellationToken: cancellationToken);
        return new SampleCompletion(prompt, OneLine(before), OneLine(after));
    }

    /// <summary>The heading of one of an organisation's held-out records, or the first words of its first one.</summary>
    public static string Prompt(string recordsFile, byte[] holdOutKey)
    {
        using var records = JsonLinesRecords.Open(recordsFile, new HoldOut(holdOutKey, Organisation.HoldOutShare));
        var texts = Enumerable.Range(0, records.HeldOutCount).Select(i => records.HeldOut(i).Text).ToArray();
        return texts.Select(Heading).FirstOrDefault(heading => heading?.Contains('.') == true)
            ?? string.Join(' ', (texts.Length > 0 ? texts[0] : records.Training(0).Text).Split(' ').Take(8));
    }

    private static string? Heading(string text) =>
        text.IndexOf(": ", StringComparison.Ordinal) is >= 20 and <= LongestHeading and var end
            ? text[..(end + 1)]
            : null;

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
