using Federated.Adapters;
using Federated.Adapters.Quantization;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>The private step with the frozen base in float32, bfloat16, eight and four bits, and with activations computed twice: CPU time in turn.</summary>
internal static class PrecisionBenchmark
{
    private static readonly (string Name, BasePrecision Precision, bool Checkpoint)[] Subjects =
    [
        ("float32", BasePrecision.Full, false),
        ("bfloat16", BasePrecision.BFloat16, false),
        ("int8", BasePrecision.EightBit, false),
        ("nf4", BasePrecision.Nf4, false),
        ("float32, activations twice", BasePrecision.Full, true),
    ];

    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(arguments.Integer("threads", 1));
        var name = arguments.Text("model", "reference");
        var (batchSize, length) = (arguments.Integer("batch", 16), arguments.Integer("length", 128));
        var subjects = Subjects.Select(subject => new Subject(name, subject, batchSize, length)).ToList();
        var time = new CpuTime([.. subjects.Select(subject => (subject.Name, (Action)subject.Steps.Private))]);
        time.Measure(arguments.Integer("steps", 30));

        Console.WriteLine($"{name}: {batchSize} records of {length} tokens, {get_num_threads()} thread(s)");
        Console.WriteLine();
        Console.WriteLine("| base | MB of linear weights | tokens/s | × float32 time |");
        Console.WriteLine("|---|---|---|---|");
        for (var i = 0; i < subjects.Count; i++)
        {
            var tokensPerSecond = batchSize * length / time.Median(i) * 1000;
            Console.WriteLine(
                FormattableString.Invariant(
                    $"| {subjects[i].Name} | {subjects[i].Bytes / 1e6:F1} | {tokensPerSecond:F0} | {time.Median(i) / time.Median(0):F2} |"
                )
            );
        }

        subjects.ForEach(subject => subject.Dispose());
    }

    private sealed class Subject : IDisposable
    {
        private readonly Adapters.Models.CausalLanguageModel _model;
        private readonly LoraAdapter _adapter;
        private readonly TokenBatch _batch;

        public Subject(
            string model,
            (string Name, BasePrecision Precision, bool Checkpoint) kind,
            int batch,
            int length
        )
        {
            Name = kind.Name;
            _model = TrainingModel.Create(model, kind.Precision);
            _model.CheckpointActivations = kind.Checkpoint;
            Bytes = _model.AdaptableLinears.Sum(linear =>
                linear.PackedBytes > 0 ? linear.PackedBytes : linear.Weight.numel() * linear.Weight.element_size()
            );
            var options = new AdapterOptions(8, 16, LoraScaling.RsLora, ["q_proj", "v_proj"], 0);
            _adapter = new LoraAdapter(_model, AdapterLayout.For(TrainingModel.Shapes(_model), options));
            _batch = TokenBatch.Of(TrainingModel.Records(batch, length, _model.VocabularySize));
            Steps = new TrainingSteps(_adapter, _batch);
        }

        public string Name { get; }

        public long Bytes { get; }

        public TrainingSteps Steps { get; }

        public void Dispose()
        {
            Steps.Dispose();
            _batch.Dispose();
            _adapter.Dispose();
            _model.Dispose();
        }
    }
}
