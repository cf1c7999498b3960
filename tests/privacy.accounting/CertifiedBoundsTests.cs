namespace Federated.Privacy.Accounting.Tests;

/// <summary>ε between its bounds, judged by an integral that shares nothing with the accountant.</summary>
public sealed class CertifiedBoundsTests
{
    [Theory]
    [InlineData("0.0278,1.17,7400", 1.2e-8)]
    [InlineData("0.0408,0.334,57", 5.8e-6)]
    [InlineData("0.108,21.5,198229", 2.5e-8)]
    [InlineData("0.0113,1.66,338", 3.5e-13)]
    [InlineData("0.000228,33.4,4048", 7.5e-10)]
    [InlineData("0.00657,18.2,4", 2.6e-14)]
    [InlineData("0.26,4.42,3125;0.000148,0.339,142", 4.4e-14)]
    [InlineData("0.0119,2.35,12639;0.688,7.72,2;0.00199,11.4,215953", 6.3e-8)]
    // A phase so quiet that its whole loss lies in a few cells, beside one that decides: masses of exactly 0.
    [InlineData("0.000113,31.0,616261;0.0406,2.76,1642", 9.4e-9)]
    [InlineData("0.559,9.27,55;4.49e-5,0.718,766;0.00014,32.6,21683", 2.4e-15)]
    [InlineData("0.000603,4.15,3100;0.844,2.93,460;0.00399,31.3,237", 1.3e-8)]
    [InlineData("0.213,1.88,45365;0.0406,3.27,24977", 5.2e-6)]
    // Full batches beside sampled ones: losses without an end on either side.
    [InlineData("0.871,9.29,7;1,2.39,257", 2.35e-8)]
    [InlineData("1,20,30;0.03,1.1,500", 1e-7)]
    [InlineData("0.999,3,40;0.01,1,100", 1e-5)]
    // A quiet step of which one cell of the grid reaches farther than its outcomes.
    [InlineData("0.3,1.3,100;0.01,60,1", 1e-6)]
    public void Both_bounds_lie_on_their_sides_of_the_truth(string plan, double delta)
    {
        var phases = plan.Split(';')
            .Select(p => p.Split(',').Select(double.Parse).ToArray())
            .Select(p => (Rate: p[0], Noise: p[1], Steps: (long)p[2]))
            .ToList();
        var ours = Accountants.Best(
            new ComposedEvent([.. phases.Select(p => (PrivacyEvent)Vectors.Plan(p.Rate, p.Noise, p.Steps))]),
            delta
        );
        double Truth(double epsilon) =>
            Math.Max(
                new LossContour(phases, delta).Delta(epsilon),
                // What is added has at most this loss.
                phases.Sum(p => -p.Steps * Math.Log(1 - p.Rate))
                > epsilon * (1 + 1e-3)
                    ? new LossContour(phases, delta, add: true).Delta(epsilon)
                    : 0
            );
        Assert.True(Truth(ours.Epsilon) <= delta * (1 + 1e-7), $"{ours}: {Truth(ours.Epsilon)}");
        Assert.True(Truth(ours.EpsilonLower) >= delta * (1 - 1e-7), $"{ours}: {Truth(ours.EpsilonLower)}");
        Assert.InRange(ours.EpsilonLower, ours.Epsilon * (1 - 1e-3), ours.Epsilon);
    }

    [Theory]
    [InlineData("0.000113,31.0,616261;0.0406,2.76,1642", 9.4e-9)]
    [InlineData("0.559,9.27,55;4.49e-5,0.718,766;0.00014,32.6,21683", 2.4e-15)]
    public void A_further_phase_never_makes_a_plan_cheaper(string plan, double delta)
    {
        var phases = plan.Split(';')
            .Select(p => p.Split(',').Select(double.Parse).ToArray())
            .Select(p => (PrivacyEvent)Vectors.Plan(p[0], p[1], (long)p[2]))
            .ToList();
        var whole = Accountants.Best(new ComposedEvent([.. phases]), delta);
        Assert.All(
            phases,
            phase => Assert.True(Accountants.Best(phase, delta).EpsilonLower <= whole.Epsilon, $"{phase}: {whole}")
        );
    }
}
