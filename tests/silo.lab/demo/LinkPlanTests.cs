using Federated.Lab.Demo.Links;

namespace Federated.Lab.Tests.Demo;

public sealed class LinkPlanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_share_of_cut_versions_is_met_whatever_the_seed(int seed)
    {
        var plan = new LinkPlan(seed, 11, 0.4);

        Assert.Equal(4, Enumerable.Range(1, 11).Count(version => !plan.IsOpen(version)));
        Assert.True(plan.IsOpen(1));
    }

    [Fact]
    public void Another_seed_cuts_other_versions_and_the_same_seed_the_same()
    {
        string Draw(int seed)
        {
            var plan = new LinkPlan(seed, 40, 0.5);
            return string.Concat(Enumerable.Range(1, 40).Select(version => plan.IsOpen(version) ? '1' : '0'));
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void A_run_of_one_version_is_never_cut() => Assert.True(new LinkPlan(1, 1, 0.4).IsOpen(1));
}
