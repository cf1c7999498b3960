using System.Diagnostics;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>
/// What privacy costs: the whole private step (Poisson draw, per-example gradients, clipping, grid, exact noise, optimizer) beside the
/// plain LoRA step on the same records, one thread.
/// </summary>
internal static class TrainingBenchmark
{
    public static void Run(Arguments arguments)
    {
        set_num_threads(arguments.Integer("threads", 1));
        var batchSize = arguments.Integer("batch", 16);
        var length = arguments.Integer("length", 128);
        using var model = Model(arguments.Text("model", "base-docs"));
        var targets = arguments.Text("targets", "q_proj,v_proj").Split(',');
        var options = new AdapterOptions(arguments.Integer("rank", 8), 16, LoraScaling.RsLora, targets, 0);
        var layout = AdapterLayout.For(model.Config, options);
        using var adapter = new LoraAdapter(model, layout);
        var records = Records(batchSize, length, model.VocabularySize);
        using var batch = TokenBatch.Of(records);

        var program = new Steps(adapter, batch);
        using var secure = new SecureNoise();
        var time = new CpuTime(
            ("plain LoRA step", program.PlainStep),
            ("private step", () => program.PrivateStep(secure)),
            ("of it: per-example gradients", program.GradientsOnly),
            ("forward only", program.Forward)
        );
        time.Measure(arguments.Integer("steps", 30));
        Console.WriteLine(
            $"{arguments.Text("model", "base-docs")}: {batchSize} records of {length} tokens, rank {options.Rank} on {string.Join(", ", targets)}: {layout.Count} trained, {get_num_threads()} thread(s)"
        );
        Console.WriteLine();
        time.Print(Console.Out);
        Console.WriteLine();
        Console.WriteLine($"peak memory of the process: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
    }

    private static LlamaModel Model(string name)
    {
        if (name == "base-docs")
        {
            return LlamaCheckpoint.Read(Path.Combine(AppContext.BaseDirectory, "base-docs"));
        }

        // The shape that the reference measurements use.
        var model = new LlamaModel(
            new LlamaConfig
            {
                HiddenSize = 256,
                IntermediateSize = 688,
                NumHiddenLayers = 4,
                NumAttentionHeads = 4,
                NumKeyValueHeads = 4,
                HeadDim = 64,
                VocabSize = 5000,
                MaxPositionEmbeddings = 256,
                TieWordEmbeddings = true,
            }
        );
        LlamaInitializer.Initialize(model, 1);
        return model;
    }

    private static IReadOnlyList<IReadOnlyList<int>> Records(int count, int length, long vocabulary)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => Enumerable.Range(0, length).Select(_ => random.Next((int)vocabulary)).ToArray()),
        ];
    }

    /// <summary>The two programs on one adapter.</summary>
    private sealed class Steps(LoraAdapter adapter, TokenBatch batch)
    {
        private readonly float[] _values = adapter.GetValues();
        private readonly PoissonSampler _sampler = new(batch.Count, 1.0);
        private readonly LocalOptimizer _optimizer = LocalOptimizer.Create(
            new("adamw", 1e-3),
            (int)adapter.Layout.Count
        );
        private long _step;

        public void PlainStep()
        {
            using var scope = NewDisposeScope();
            var gradient = SummedGradient.Compute(adapter, batch).div_(batch.Count);
            _optimizer.Step(_values, gradient.data<float>().ToArray());
            adapter.SetValues(_values);
        }

        public void PrivateStep(NoiseSource noise)
        {
            using var scope = NewDisposeScope();
            noise.BeginStep(_step++);
            // A rate of one: the draw is made, and all records are in every batch, so that both programs do the same work.
            var clipper = new GradientClipper(_sampler.Sample(noise), (int)adapter.Layout.Count, 1.0);
            clipper.Clip(PerExampleGradients.Compute(adapter, batch));
            using var sum = clipper.Complete();
            _optimizer.Step(_values, GaussianMechanism.Release(sum, 1.0, batch.Count, noise).Values);
            adapter.SetValues(_values);
        }

        public void GradientsOnly()
        {
            using var scope = NewDisposeScope();
            PerExampleGradients.Compute(adapter, batch);
        }

        public void Forward()
        {
            using var scope = NewDisposeScope();
            using var untracked = no_grad();
            adapter.Model.call(batch.Ids);
        }
    }
}
