namespace Federated.Aggregation.Tests;

public sealed class LeadingTripletsTests
{
    [Fact]
    public void A_spectrum_without_gaps_is_left_to_the_whole_decomposition()
    {
        Assert.Null(LeadingTriplets.Of(Diagonal(200, i => 1 - (0.0005 * i)), count: 3, exact: 3));
    }

    [Fact]
    public void A_spectrum_with_gaps_is_found_in_a_small_space()
    {
        var found = LeadingTriplets.Of(Diagonal(200, i => Math.Pow(0.5, i)), count: 3, exact: 3);
        Assert.NotNull(found);
        Assert.Equal([1, 0.5, 0.25], found.Values.Select(value => Math.Round(value, 13)));
        Assert.Equal(1.0 / 48, found.RestSquared, 1e-13);
    }

    private static FactoredMatrix Diagonal(int size, Func<int, double> value)
    {
        var rows = new VectorSet(size, size);
        for (var i = 0; i < size; i++)
        {
            rows[i][i] = value(i);
        }

        return new(null, rows);
    }
}
