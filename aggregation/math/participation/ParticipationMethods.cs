namespace Federated.Aggregation;

/// <summary>The names of the participation methods in run documents and commands.</summary>
public static class ParticipationMethods
{
    private static readonly (string Name, ParticipationMethod Method)[] Named =
    [
        ("fedau", ParticipationMethod.FedAu),
        ("uniform", ParticipationMethod.Uniform),
        ("fedavg", ParticipationMethod.FedAvg),
        ("known", ParticipationMethod.Known),
        ("fedvarp", ParticipationMethod.FedVarp),
        ("mifa", ParticipationMethod.Mifa),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Named.Select(pair => pair.Name)];

    /// <summary>The method of a name, or null.</summary>
    public static ParticipationMethod? Find(string name)
    {
        foreach (var pair in Named)
        {
            if (pair.Name == name)
            {
                return pair.Method;
            }
        }

        return null;
    }

    /// <summary>Whether a node's update that was merged last is merged again in later versions, and so must be kept.</summary>
    public static bool Remembers(this ParticipationMethod method) =>
        method is ParticipationMethod.FedVarp or ParticipationMethod.Mifa;

    /// <summary>Whether a coefficient depends on how many others are there: divided by |P| instead of N.</summary>
    public static bool DividesByParticipants(this ParticipationMethod method) =>
        method is ParticipationMethod.FedAvg or ParticipationMethod.FedVarp;
}
