using System.Globalization;
using Federated.Adapters;
using Federated.ClientNode;
using Federated.Protocol;
using MathNet.Numerics.Distributions;

namespace Federated.Lab.Simulate;

/// <summary>
/// Each node pulls a vector towards its own centre: F_n(x) = ½ ‖x − c_n‖². The optimum of the objective is the mean of the centres, so that bias
/// shows as distance from it; nothing but coordination costs time.
/// </summary>
/// <param name="centres">c_n, all of one length.</param>
/// <param name="rareNodes">The nodes that take part least.</param>
internal sealed class QuadraticTask(IReadOnlyList<float[]> centres, IReadOnlyList<int> rareNodes) : ISimulationTask
{
    private const string Layer = "simulated.x";

    private readonly int _dimension = centres[0].Length;

    /// <summary>The smallest loss there is: at the mean of the centres.</summary>
    public double Optimum
    {
        get
        {
            var mean = Enumerable
                .Range(0, _dimension)
                .Select(axis => centres.Average(centre => centre[axis]))
                .ToArray();
            return centres.Average(centre => Loss(mean, centre));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<LinearShape> Layers => [new(Layer, 1, _dimension)];

    /// <summary>Centres that go with the nodes' labels: each label has a centre, and a node the mean of its labels' ones.</summary>
    /// <param name="seed">The simulation's seed.</param>
    /// <param name="population">The nodes.</param>
    /// <param name="dimension">d ≥ 1.</param>
    public static QuadraticTask Of(long seed, Population population, int dimension)
    {
        var labels = Enumerable
            .Range(0, Population.Labels)
            .Select(label =>
            {
                var random = Draw.Generator(seed, DrawPurpose.Centre, label);
                return Enumerable.Range(0, dimension).Select(_ => Normal.Sample(random, 0, 1)).ToArray();
            })
            .ToArray();
        var centres = population.LabelShares.Select(shares =>
            Enumerable
                .Range(0, dimension)
                .Select(axis => (float)shares.Select((share, label) => share * labels[label][axis]).Sum())
                .ToArray()
        );
        return new([.. centres], population.RareNodes());
    }

    /// <inheritdoc/>
    public RunDocument Fit(RunDocument document)
    {
        if (document.Privacy.Mechanism != "none")
        {
            throw new SimulationException(
                "privacy.mechanism: --task quadratic has no records to protect; write mechanism: none",
                isUsage: true
            );
        }

        var description = string.Create(CultureInfo.InvariantCulture, $"dimension {_dimension}");
        return document with
        {
            BaseModel = SyntheticModel.Of("quadratic", description),
            Adapter = new()
            {
                Rank = 1,
                Alpha = 1,
                Scaling = "lora",
                Targets = ["x"],
                Seed = document.Adapter.Seed,
                // How updates are merged hangs on it; all others are merged as B alone is.
                Factors = document.Adapter.Factors is "ab" or "alternating" ? document.Adapter.Factors : "b",
            },
        };
    }

    /// <summary>1: there are no records.</summary>
    public long RecordsOf(int node) => 1;

    /// <inheritdoc/>
    public TrainedUpdate Train(
        RunDocument document,
        AdapterLayout layout,
        int node,
        TrainingStart from,
        CancellationToken cancellation
    )
    {
        var trained = layout.TrainedAt(from.Version);
        var whole = from.Content.Values.ToArray();
        var trajectory = new LocalTrajectory(
            LocalPrograms.Of(document),
            trained,
            from.Version,
            layout.Take(trained, whole)
        );
        for (var step = 0; step < document.Local.Steps; step++)
        {
            layout.Put(trained, trajectory.Values, whole);
            trajectory.Take(layout.Take(trained, Gradient(layout, new(whole, from.Content.Residual), centres[node])));
        }

        return new(trajectory.Delta());
    }

    /// <inheritdoc/>
    public Score Evaluate(AdapterLayout layout, VersionContent content)
    {
        var x = Vector(layout, content);
        double[] losses = [.. centres.Select(centre => Loss(x, centre))];
        return new(losses.Average(), rareNodes.Average(node => losses[node]));
    }

    /// <inheritdoc/>
    public void Dispose() { }

    // x = B, or A B where both factors travel, and the residual beside it: the layer has one input and one rank, so that A is a number.
    private float[] Vector(AdapterLayout layout, VersionContent content)
    {
        var (a, b) = Factors(layout, content.Values);
        var x = new float[_dimension];
        for (var i = 0; i < _dimension; i++)
        {
            x[i] = a * b[i];
        }

        if (content.Residual is [{ } residual])
        {
            for (var i = 0; i < _dimension; i++)
            {
                x[i] += residual.IsDense ? residual.B.Span[i] : Product(residual, i);
            }
        }

        return x;
    }

    // ∂F ÷ ∂A = Σ (x − c)_i B_i, ∂F ÷ ∂B = A (x − c).
    private float[] Gradient(AdapterLayout layout, VersionContent content, float[] centre)
    {
        var tensor = layout.Tensors[0];
        var (a, b) = Factors(layout, content.Values);
        var gradient = new float[layout.Count];
        var x = Vector(layout, content);
        for (var i = 0; i < _dimension; i++)
        {
            var error = x[i] - centre[i];
            gradient[tensor.OffsetOfB + i] = a * error;
            if (tensor.Holds.HasFlag(HeldFactors.A))
            {
                gradient[tensor.OffsetOfA] += error * b[i];
            }
        }

        return gradient;
    }

    private (float A, float[] B) Factors(AdapterLayout layout, float[] values)
    {
        var tensor = layout.Tensors[0];
        return (
            tensor.Holds.HasFlag(HeldFactors.A) ? values[tensor.OffsetOfA] : 1,
            values.AsSpan((int)tensor.OffsetOfB, _dimension).ToArray()
        );
    }

    private static float Product(LayerProduct residual, int row)
    {
        var sum = 0f;
        for (var r = 0; r < residual.Rank; r++)
        {
            sum += residual.A.Span[r] * residual.B.Span[(row * residual.Rank) + r];
        }

        return sum;
    }

    private static double Loss(float[] values, float[] centre) =>
        values.Zip(centre, (value, other) => ((double)value - other) * ((double)value - other)).Sum() / 2;
}
