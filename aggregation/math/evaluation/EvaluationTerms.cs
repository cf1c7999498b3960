namespace Federated.Aggregation;

/// <summary>Which versions are judged on the run's public set, and when that ends the run.</summary>
/// <param name="Every">Every how many versions, ≥ 1; the last one always.</param>
/// <param name="Patience">Evaluations in a row without improvement that end the run; null = none do.</param>
/// <param name="MinDelta">By how much the loss must fall below the best to count as better, ≥ 0.</param>
public sealed record EvaluationTerms(int Every, int? Patience, double MinDelta)
{
    /// <summary>Whether a version is judged.</summary>
    /// <param name="version">The version.</param>
    /// <param name="last">The run's last version.</param>
    public bool IsDue(long version, long last) => version % Every == 0 || version == last;

    /// <summary>Why the run ends now; null = it goes on. A function of the losses alone, which are public.</summary>
    /// <param name="losses">Nats per token, in the order of the versions. What is not a number is no improvement.</param>
    public string? WhyStop(IEnumerable<double> losses)
    {
        if (Patience is not { } patience)
        {
            return null;
        }

        var best = double.PositiveInfinity;
        var since = 0;
        foreach (var loss in losses)
        {
            if (loss < best - MinDelta)
            {
                (best, since) = (loss, 0);
            }
            else
            {
                since++;
            }
        }

        return since >= patience
            ? string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"the public loss has not fallen below {best:F4} in {since} evaluations"
            )
            : null;
    }
}
