namespace Federated.Privacy.Mechanisms.Tests;

/// <summary>Tests that count things of the whole process run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
