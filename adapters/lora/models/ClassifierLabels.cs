using System.Globalization;

namespace Federated.Adapters.Models;

/// <summary>How records name a classifier's labels: by name, or by number.</summary>
public static class ClassifierLabels
{
    /// <summary>Finds a label.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="label">A name of <see cref="IClassifier.LabelNames"/>, or its number; a name wins over a number.</param>
    /// <returns>The label's number; null when it is none, or null.</returns>
    public static int? Find(IClassifier classifier, string? label)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var names = classifier.LabelNames;
        var named = names
            .Index()
            .Where(known => known.Item == label)
            .Select(known => (int?)known.Index)
            .FirstOrDefault();
        return named
            ?? (
                int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number < names.Count
                    ? number
                    : null
            );
    }
}
