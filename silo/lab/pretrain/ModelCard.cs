using System.Globalization;

namespace Federated.Lab.Pretrain;

/// <summary>The README of a pretrained model, from what was measured.</summary>
internal static class ModelCard
{
    public static string Write(PretrainingReport report)
    {
        var options = report.Options;
        var packs = string.Join(" and ", report.Packs.Select(pack => $"`{pack.Name}` {pack.Version}"));
        var heldOut = string.Join(", ", PretrainingCorpus.HeldOutAssemblies.Select(name => $"`{name}`"));
        var epochs = (double)report.Training.Tokens / report.TrainingTokens;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # base-docs

            A small English language model of API documentation: LLaMA architecture, {report.Parameters:N0} parameters (embeddings tied),
            {options.Layers} layers, width {options.Width}, {options.Heads} query and {options.KeyValueHeads} key/value heads, byte-level BPE of {options.VocabularySize} tokens,
            stored in bfloat16. `fedlab pretrain` made it from scratch; it exists so that a federation can be tried without a download.

            ## Data

            The XML documentation of {packs}, which come with every .NET SDK (MIT licence): one record per documented
            member, near-duplicates removed (Jaccard ≥ 0.8 of three-word shingles): {report.TrainingRecords:N0} records, {report.TrainingCharacters:N0} characters,
            {report.TrainingTokens:N0} tokens, each record cut at {options.MaxSequenceLength} tokens. Left out: {string.Join(
                ", ",
                PretrainingCorpus.ExcludedAssemblies.Select(name => $"`{name}`")
            )} (instruction lists, no English).

            Held out whole: {heldOut}.
            Their {report.HeldOutRecords:N0} records ({report.HeldOutCharacters:N0} characters, {report.HeldOutTokens:N0} tokens) hold no near-duplicate of a training record;
            {report.HeldOutTooLong} more, longer than {options.MaxSequenceLength} tokens, are not counted for any model.

            ## Training

            {report.Training.Step:N0} steps of at most {options.TokensPerBatch} tokens, {report.Training.Tokens:N0} tokens in all ({epochs:F1} epochs), {report.Training.Elapsed.TotalMinutes:F0} minutes on one CPU thread.
            Muon (peak {options.MatrixRate}, decay {options.WeightDecay}) for the matrices, AdamW (peak {options.OtherRate}) for embedding and norms, linear warm-up and linear
            decay to zero, gradient norm clipped at 1, {(options.Bfloat16 ? "large products in bfloat16, weights in float32, " : "")}seed {options.Seed}.

            ## Held-out loss

            Each record alone from its beginning, its end included; the same characters for every model.

            | model | nats per character | nats per token |
            |---|---|---|
            | character 5-gram, interpolated Kneser–Ney | {report.CharacterNgramPerCharacter:F4} | |
            | token 5-gram, interpolated Kneser–Ney | {report.TokenNgramPerCharacter:F4} | {report.Baselines.TokenNats
                / report.HeldOutTokens:F4} |
            | this model | {report.ModelPerCharacter:F4} | {report.HeldOutNats / report.HeldOutTokens:F4} |

            {report.Saved:P1} fewer nats per character than the token 5-gram (both n-grams are trained on the same records).

            Greedy sample: "{report.SamplePrompt}" → "{report.Sample.Trim()}"

            ## Reproduce

            ```
            OMP_NUM_THREADS=1 dotnet run -c Release --project silo/lab -- {Command(options)}
            ```

            The batches are the same everywhere; sums differ in the last bits between processors and so, a little, does the result.
            Another version of the reference packs is other text.

            ## Limits

            It knows the tone of .NET documentation and little else. It is no assistant, and what it states about an API is often wrong.

            """
        );
    }

    /// <summary>The command line that repeats a run.</summary>
    public static string Command(PretrainOptions options) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"pretrain --out base-docs --steps {options.Steps} --tokens-per-batch {options.TokensPerBatch} --max-length {options.MaxSequenceLength} "
                + $"--vocabulary {options.VocabularySize} --width {options.Width} --inner-width {options.InnerWidth} --layers {options.Layers} "
                + $"--heads {options.Heads} --key-value-heads {options.KeyValueHeads} --matrix-rate {options.MatrixRate} --other-rate {options.OtherRate} "
                + $"--weight-decay {options.WeightDecay} --seed {options.Seed}{(options.Bfloat16 ? " --bfloat16" : "")}"
        );
}
