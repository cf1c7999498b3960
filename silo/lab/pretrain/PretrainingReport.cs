namespace Federated.Lab.Pretrain;

/// <summary>What a finished pretraining measured.</summary>
internal sealed record PretrainingReport
{
    public required PretrainOptions Options { get; init; }

    public required IReadOnlyList<(string Name, string Version)> Packs { get; init; }

    public required int TrainingRecords { get; init; }

    public required long TrainingCharacters { get; init; }

    public required long TrainingTokens { get; init; }

    public required int HeldOutRecords { get; init; }

    public required int HeldOutTooLong { get; init; }

    public required long HeldOutCharacters { get; init; }

    public required long HeldOutTokens { get; init; }

    public required long Parameters { get; init; }

    public required TrainingState Training { get; init; }

    public required double HeldOutNats { get; init; }

    public required NgramBaselines Baselines { get; init; }

    public required string Sample { get; init; }

    public required string SamplePrompt { get; init; }

    public double ModelPerCharacter => HeldOutNats / HeldOutCharacters;

    public double CharacterNgramPerCharacter => Baselines.CharacterNats / HeldOutCharacters;

    public double TokenNgramPerCharacter => Baselines.TokenNats / HeldOutCharacters;

    /// <summary>Share of the token 5-gram's nats that the model saves.</summary>
    public double Saved => 1 - HeldOutNats / Baselines.TokenNats;
}
