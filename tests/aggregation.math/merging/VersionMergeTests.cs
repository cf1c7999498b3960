using Federated.Adapters;
using MathNet.Numerics.LinearAlgebra;

namespace Federated.Aggregation.Tests;

/// <summary>Whole versions through blobs, over two layers of which one has so few numbers that residuals of it become dense.</summary>
public sealed class VersionMergeTests
{
    private static readonly LinearShape[] Layers = [new("layers.0.q_proj", 60, 50), new("layers.0.v_proj", 9, 8)];

    private readonly MemoryBlobs _blobs = new();

    public static TheoryData<MergeMethod> Methods =>
        [.. Enum.GetValues<MergeMethod>().Where(m => m != MergeMethod.Ffa)];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task The_order_of_the_updates_does_not_change_a_bit(MergeMethod method)
    {
        var run = new Versions(this, method);
        var updates = run.Updates(0, 0.9, 0.4, -0.2);
        using var one = await run.MergeAsync(1, updates);
        using var other = await run.MergeAsync(1, updates.Reverse());
        Assert.Equal(one.Blob.ToArray(), other.Blob.ToArray());
        Assert.Equal(one.Residual, other.Residual);
        Assert.Equal(one.Tail, other.Tail);
        Assert.Equal(one.Report.ToJson(), other.Report.ToJson());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task One_node_gives_that_nodes_adapter(MergeMethod method)
    {
        var run = new Versions(this, method);
        var update = run.Updates(0, 1);
        using var merged = await run.MergeAsync(1, update);
        run.Publish(merged);
        Assert.InRange(Versions.Distance(run.Model(), run.ModelAfter(update[0], 0)), 0, 1e-5);
        Assert.Equal(0, merged.Report.AveragingLoss!.Value, 1e-5);
    }

    /// <summary>Three versions, coefficients that do not sum to one, and a late update in the last.</summary>
    [Theory]
    [InlineData(MergeMethod.Stack)]
    [InlineData(MergeMethod.Fedex)]
    public async Task Exact_merges_publish_what_the_updates_ask_for(MergeMethod method)
    {
        var run = new Versions(this, method);
        for (var version = 1; version <= 3; version++)
        {
            WeightedUpdate[] updates =
            [
                .. run.Updates(version - 1, 0.8, 0.5),
                .. version == 3 ? run.Updates(1, 0.3) : [],
            ];
            var expected = run.Model();
            foreach (var update in updates)
            {
                run.AddChange(expected, update);
            }

            using var merged = await run.MergeAsync(version, updates);
            var before = run.Model();
            run.Publish(merged);
            Assert.InRange(Versions.Distance(expected, run.Model()), 0, 1e-4);
            Assert.Equal(0, merged.Report.DroppedTail);
            Assert.Equal(Versions.Distance(before, run.Model()), merged.StepNorm, 1e-3);
            Assert.Equal(updates.Length, merged.Report.UpdateNorms!.Count);
        }
    }

    [Fact]
    public async Task An_svd_merge_reports_its_distance_from_the_exact_one_and_carries_it_on()
    {
        var run = new Versions(this, MergeMethod.Svd);
        var updates = run.Updates(0, 0.8, 0.5, 0.7);
        var expected = run.Model();
        foreach (var update in updates)
        {
            run.AddChange(expected, update);
        }

        using var merged = await run.MergeAsync(1, updates);
        run.Publish(merged);
        var dropped = Versions.Distance(expected, run.Model());
        Assert.True(dropped > 0.1);
        Assert.Equal(dropped, merged.Report.DroppedTail!.Value, 1e-4);
        Assert.Equal(dropped, merged.Report.Carried, 1e-4);

        // Nothing new (one update of zeros): version 2 is the best adapter for what version 1 should have been.
        using var next = await run.MergeAsync(2, [run.Zero(1)]);
        run.Publish(next);
        Assert.InRange(Versions.Distance(expected, run.Model()), 0, dropped * 1.0001);
        Assert.Equal(dropped, next.Report.DroppedTail!.Value, 1e-3);
    }

    [Fact]
    public async Task Averaging_loses_what_it_says()
    {
        var run = new Versions(this, MergeMethod.Average);
        var updates = run.Updates(0, 0.5, 0.5);
        var expected = run.Model();
        foreach (var update in updates)
        {
            run.AddChange(expected, update);
        }

        using var merged = await run.MergeAsync(1, updates);
        run.Publish(merged);
        Assert.True(merged.Report.AveragingLoss > 0.1);
        Assert.Equal(Versions.Distance(expected, run.Model()), merged.Report.AveragingLoss!.Value, 1e-4);
        Assert.Equal(merged.Report.AveragingLoss, merged.Report.DroppedTail);
    }

    [Fact]
    public async Task Alternating_trains_one_factor_a_version_and_loses_nothing()
    {
        var run = new Versions(this, MergeMethod.Alternating);
        for (var version = 1; version <= 2; version++)
        {
            using var merged = await run.MergeAsync(version, run.Updates(version - 1, 0.8, 0.5));
            Assert.Equal(0, merged.Report.DroppedTail!.Value, 1e-6);
            run.Publish(merged);
        }
    }

    [Fact]
    public async Task A_late_update_whose_base_the_plan_does_not_name_is_refused()
    {
        var run = new Versions(this, MergeMethod.Svd);
        using var merged = await run.MergeAsync(1, run.Updates(0, 1));
        run.Publish(merged);
        var late = MergePlan.For(2, run.Digests[1], run.Updates(0, 1), 1) with { Method = MergeMethod.Svd };
        await Assert.ThrowsAsync<ArgumentException>(() =>
            VersionMerge.MergeAsync(late, run.Layout, _blobs.OpenAsync, TestContext.Current.CancellationToken)
        );
    }

    /// <summary>A run's versions as blobs, and the models that they stand for, flat over both layers.</summary>
    private sealed class Versions
    {
        private readonly VersionMergeTests _test;
        private readonly MergeMethod _method;
        private readonly Random _random = new(17);
        private readonly List<(float[] Values, byte[]? Residual)> _published = [];
        private string? _tail;

        public Versions(VersionMergeTests test, MergeMethod method)
        {
            (_test, _method) = (test, method);
            Layout = AdapterLayout.For(
                Layers,
                new(4, 4, LoraScaling.RsLora, ["q_proj", "v_proj"], 3)
                {
                    Factors = method == MergeMethod.Alternating ? TrainedFactors.Alternating : TrainedFactors.AB,
                }
            );
            // Version 0 has both factors, so that no method starts from a product of zero (but stack, whose adapters always do).
            var values = Layout.InitialValues();
            if (method != MergeMethod.Stack)
            {
                Shake(values);
            }

            _published.Add((values, null));
            Digests.Add(test._blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Adapter, Layout, values)));
        }

        public AdapterLayout Layout { get; }

        public List<string> Digests { get; } = [];

        public WeightedUpdate[] Updates(long version, params double[] coefficients) =>
            [
                .. coefficients.Select(
                    (coefficient, i) =>
                    {
                        var delta = new float[Layout.TrainedAt(version).Count];
                        Shake(delta);
                        return Some.Weighted($"node{i}", version, Put(version, delta), coefficient);
                    }
                ),
            ];

        public WeightedUpdate Zero(long version) =>
            Some.Weighted("zero", version, Put(version, new float[Layout.TrainedAt(version).Count]), 1);

        public Task<MergedAdapter> MergeAsync(long version, IEnumerable<WeightedUpdate> updates)
        {
            WeightedUpdate[] all = [.. updates];
            var plan = MergePlan.For(version, Digests[^1], all, 1) with
            {
                Method = _method,
                Bases = all.Select(update => update.BaseVersion)
                    .Distinct()
                    .ToDictionary(based => based, based => Digests[(int)based]),
                Residual = _published[^1].Residual is { } residual ? _test._blobs.Put(residual) : null,
                Tail = _tail,
            };
            return VersionMerge.MergeAsync(MergePlan.FromJson(plan.ToJson()), Layout, _test._blobs.OpenAsync);
        }

        public void Publish(MergedAdapter merged)
        {
            _published.Add((merged.Values.ToArray(), merged.Residual));
            Digests.Add(_test._blobs.Put(merged.Blob.ToArray()));
            _tail = merged.Tail is { } tail ? _test._blobs.Put(tail) : null;
        }

        public double[] Model() => Model(_published.Count - 1);

        public double[] Model(long version) =>
            Model(_published[(int)version].Values, _published[(int)version].Residual);

        public double[] ModelAfter(WeightedUpdate update, long version)
        {
            using var stream = _test._blobs.OpenAsync(update.Digest).Result;
            var part = Layout.TrainedAt(version);
            var delta = AdapterBlob.Read(stream, part, AdapterBlobKind.Update);
            var (values, residual) = _published[(int)version];
            var after = values.ToArray();
            var own = Layout.Take(part, after);
            Layout.Put(part, [.. own.Zip(delta, (x, d) => x + d)], after);
            return Model(after, residual);
        }

        public void AddChange(double[] model, WeightedUpdate update)
        {
            var (after, before) = (ModelAfter(update, update.BaseVersion), Model(update.BaseVersion));
            for (var i = 0; i < model.Length; i++)
            {
                model[i] += update.Coefficient * (after[i] - before[i]);
            }
        }

        public static double Distance(double[] left, double[] right) =>
            Math.Sqrt(left.Zip(right).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));

        private double[] Model(float[] values, byte[]? residual)
        {
            var model = new List<double>();
            var products = residual is null
                ? null
                : ProductsReader.ReadAll(new MemoryStream(residual), ProductsKind.Residual, Layout);
            for (var i = 0; i < Layout.Tensors.Count; i++)
            {
                var tensor = Layout.Tensors[i];
                var product =
                    Matrix(values.AsSpan((int)tensor.OffsetOfB, tensor.LengthOfB), tensor.OutFeatures)
                    * Matrix(values.AsSpan((int)tensor.OffsetOfA, tensor.LengthOfA), tensor.Rank);
                if (products?[i] is { IsDense: true } dense)
                {
                    product += Matrix(dense.B.Span, tensor.OutFeatures);
                }
                else if (products?[i] is { Rank: > 0 } beside)
                {
                    product += Matrix(beside.B.Span, tensor.OutFeatures) * Matrix(beside.A.Span, beside.Rank);
                }

                model.AddRange(product.ToRowMajorArray());
            }

            return [.. model];
        }

        private static Matrix<double> Matrix(ReadOnlySpan<float> rows, int count)
        {
            double[] values = [.. rows.ToArray().Select(x => (double)x)];
            return Matrix<double>.Build.Dense(
                count,
                values.Length / count,
                (i, j) => values[(i * values.Length / count) + j]
            );
        }

        private string Put(long version, float[] delta) =>
            _test._blobs.Put(AdapterBlob.Encode(AdapterBlobKind.Update, Layout.TrainedAt(version), delta));

        private void Shake(float[] values)
        {
            for (var j = 0; j < values.Length; j++)
            {
                values[j] += _random.NextSingle() - 0.5f;
            }
        }
    }
}
