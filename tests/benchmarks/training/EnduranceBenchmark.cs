using System.Diagnostics;
using System.Globalization;
using Federated.Adapters;
using Federated.Adapters.Models;
using Federated.Privacy.Mechanisms;
using static TorchSharp.torch;

namespace Federated.Benchmarks;

/// <summary>Many whole private steps in one process: the number of tensors must not move, and the memory of the process must stop growing.</summary>
internal static class EnduranceBenchmark
{
    private const int Records = 64;

    public static void Run(Arguments arguments)
    {
        var steps = arguments.Integer("steps", 10_000);
        TorchThreads.Prepare(1);
        var config = new LlamaConfig
        {
            HiddenSize = 32,
            IntermediateSize = 64,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 4,
            HeadDim = 8,
            VocabSize = 128,
            MaxPositionEmbeddings = 32,
        };
        using var model = new LlamaModel(config);
        LlamaInitializer.Initialize(model, 1);
        var layout = AdapterLayout.For(config, new AdapterOptions(4, 8, LoraScaling.RsLora, ["q_proj", "v_proj"], 0));
        using var adapter = new LoraAdapter(model, layout);
        using var noise = new SecureNoise();
        var random = new Random(1);
        int[][] records =
        [
            .. Enumerable
                .Range(0, Records)
                .Select(_ => Enumerable.Range(0, random.Next(2, 32)).Select(_ => random.Next(128)).ToArray()),
        ];
        var program = new LocalProgram { Steps = steps, Optimizer = new("adamw", 1e-4) };
        var trajectory = new LocalTrajectory(program, layout, 0, adapter.GetValues());
        var sampler = new PoissonSampler(Records, 0.125);
        Console.WriteLine("| steps | living tensors | resident MB |");
        Console.WriteLine("|---|---|---|");
        for (var step = 0; step < steps; step++)
        {
            if (step % (steps / 10) == 0)
            {
                Tell(step);
            }

            Step(adapter, records, sampler, noise, trajectory);
        }

        Tell(steps);
    }

    private static void Step(
        LoraAdapter adapter,
        int[][] records,
        PoissonSampler sampler,
        NoiseSource noise,
        LocalTrajectory trajectory
    )
    {
        using var scope = NewDisposeScope();
        adapter.SetValues(trajectory.Values);
        var batch = sampler.Sample(noise);
        var clipper = new GradientClipper(batch, (int)adapter.Layout.Count, 1);
        if (batch.Indices.Length > 0)
        {
            using var tokens = TokenBatch.Of([.. batch.Indices.Select(index => (IReadOnlyList<int>)records[index])]);
            clipper.Clip(PerExampleGradients.Compute(adapter, tokens));
        }

        using var sum = clipper.Complete();
        trajectory.Take(GaussianMechanism.Release(sum, 1, 8, noise).Values);
    }

    private static void Tell(int step)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {step} | {Tensor.TotalCount} | {process.WorkingSet64 >> 20} |"
            )
        );
    }
}
