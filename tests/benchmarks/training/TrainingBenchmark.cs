using Federated.Adapters;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>
/// What privacy costs: the whole private step beside the plain LoRA step on the same records, beside full fine-tuning, and beside the
/// machine's own matrix product of as many operations. All in turn, in CPU time and wall time.
/// </summary>
internal static class TrainingBenchmark
{
    public static void Run(Arguments arguments)
    {
        TorchThreads.Prepare(arguments.Integer("threads", 1));
        var batchSize = arguments.Integer("batch", 16);
        var length = arguments.Integer("length", 128);
        var name = arguments.Text("model", "reference");
        using var model = TrainingModel.Create(name);
        var targets = arguments.Text("targets", name == "gpt2" ? "c_attn" : "q_proj,v_proj").Split(',');
        var options = new AdapterOptions(arguments.Integer("rank", 8), 16, LoraScaling.RsLora, targets, 0)
        {
            Factors = AdapterOptions.ParseFactors(arguments.Text("factors", "b")),
        };
        using var adapter = new LoraAdapter(model, AdapterLayout.For(TrainingModel.Shapes(model), options));
        using var batch = TokenBatch.Of(TrainingModel.Records(batchSize, length, model.VocabularySize));
        using var steps = new TrainingSteps(adapter, batch);
        using var full = new FullFineTuning(TrainingModel.Create(name), batch);
        using var product = new MatrixProduct();
        var time = new CpuTime(
            ("plain LoRA step", steps.Plain),
            ("private step", steps.Private),
            ("of it: per-example gradients", steps.Gradients),
            ("forward only", steps.Forward),
            ("full fine-tuning step", full.Step),
            ("matrix product of 4.3 GFLOP", product.Multiply)
        );
        time.Measure(arguments.Integer("steps", 30));

        var trained = adapter.Layout.Count;
        Console.WriteLine(
            $"{name}: {batchSize} records of {length} tokens, rank {options.Rank} on {string.Join(", ", targets)}: {trained} trained, {get_num_threads()} thread(s)"
        );
        Console.WriteLine();
        time.Print(Console.Out);
        Console.WriteLine();
        var tokens = (long)batchSize * length;
        var plain = time.Median(0);
        var flops = TrainingModel.FrozenFlops(model, tokens);
        Console.WriteLine(
            $"private step: {time.Median(1) / plain:F3} × plain step, {tokens / time.Median(1) * 1000:F0} tokens/s"
        );
        Console.WriteLine(
            $"plain step: {flops / plain / (MatrixProduct.Flops / time.Median(5)):P0} of the machine's matrix product in CPU time"
        );
        // The best of all rounds: what the machine can do when nobody else wants it.
        var peak = MatrixProduct.Flops / time.LeastWall(5);
        Console.WriteLine(
            $"plain step: {time.LeastWall(0):F1} ms at the least, {flops / time.LeastWall(0) / peak:P0} of the machine's matrix product ({peak / 1e6:F1} GFLOP/s)"
        );
    }

    /// <summary>A matrix product large enough to reach the machine's peak.</summary>
    private sealed class MatrixProduct : IDisposable
    {
        public const double Flops = 2.0 * 2048 * 1024 * 1024;

        private readonly Tensor _left = ones(2048, 1024);
        private readonly Tensor _right = ones(1024, 1024);

        public void Multiply()
        {
            using var product = _left.mm(_right);
        }

        public void Dispose()
        {
            _left.Dispose();
            _right.Dispose();
        }
    }
}
