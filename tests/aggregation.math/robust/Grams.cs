namespace Federated.Aggregation.Tests;

internal static class Grams
{
    public static GramMatrix Of(double[][] vectors)
    {
        var gram = new GramMatrix(vectors.Length);
        for (var i = 0; i < vectors.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                gram[i, j] = vectors[i].Zip(vectors[j], (x, y) => x * y).Sum();
            }
        }

        return gram;
    }

    public static double[] Combine(double[][] vectors, double[] shares) =>
        [.. Enumerable.Range(0, vectors[0].Length).Select(j => vectors.Zip(shares, (x, share) => share * x[j]).Sum())];
}
