using System.CommandLine;
using System.Globalization;
using Federated.Privacy.Accounting;
using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>The options of <c>fednode privacy audit</c>, and the request that they make.</summary>
internal sealed class PrivacyAuditOptions
{
    private static readonly Dictionary<string, AuditKind> Kinds = new(StringComparer.Ordinal)
    {
        ["mechanism"] = AuditKind.Mechanism,
        ["trainer"] = AuditKind.Trainer,
        ["one-run"] = AuditKind.OneRun,
        ["membership"] = AuditKind.Membership,
    };

    /// <summary>Which audit.</summary>
    public Option<string> Kind { get; } =
        new("--kind")
        {
            Description =
                "mechanism: one release, tight. trainer: the whole trainer on a tiny model, one record in or out. one-run: canaries in one training run. membership: losses of records after one training run.",
            DefaultValueFactory = _ => "mechanism",
        };

    /// <summary>A run of this node.</summary>
    public Option<string?> Run { get; } =
        new("--run")
        {
            Description =
                "Name or digest of a run that this node has consented to: its noise, bound, sampling rate, δ and size; in one-run and membership also its model and the owner's records.",
            HelpName = "RUN",
        };

    /// <summary>σ.</summary>
    public Option<double?> Noise { get; } =
        new("--noise-multiplier")
        {
            Description = "σ ÷ maxGradNorm, > 0; the run's, or 1; in one-run and membership the noise of ε = 1.",
        };

    /// <summary>C.</summary>
    public Option<double?> Norm { get; } = new("--max-grad-norm") { Description = "C > 0; the run's, or 1." };

    /// <summary>δ.</summary>
    public Option<double?> Delta { get; } = new("--delta") { Description = "δ in (0, 1); the run's, or 1e-5." };

    /// <summary>q.</summary>
    public Option<double?> Rate { get; } =
        new("--sampling-rate")
        {
            Description = "one-run, membership: q in (0, 1]; the run's, or 0.5 and 0.2. The others take every record.",
        };

    /// <summary>T.</summary>
    public Option<int?> Steps { get; } =
        new("--steps")
        {
            Description =
                "Noised steps, ≥ 1; default 1, in one-run and membership the run's local steps, or 20 and 300.",
        };

    /// <summary>d.</summary>
    public Option<int?> Dimension { get; } =
        new("--dimension")
        {
            Description = "mechanism: trainable parameters, ≥ 3; the time grows with it. The run's, or 16.",
        };

    /// <summary>n.</summary>
    public Option<int?> Size { get; } =
        new("--size")
        {
            Description =
                "Games of each kind (mechanism: 100000, 1000000 if σ > 2; trainer: 4000), canaries (1000), or records of each kind (500, as many as there are).",
        };

    /// <summary>r.</summary>
    public Option<int?> Guesses { get; } =
        new("--guesses") { Description = "one-run: canaries that the attacker guesses; half of them by default." };

    /// <summary>Significance.</summary>
    public Option<double?> Significance { get; } =
        new("--significance")
        {
            Description = "Probability that a right mechanism is accused; 1e-6 for mechanism and trainer, else 0.01.",
        };

    /// <summary>Seed.</summary>
    public Option<long?> Seed { get; } =
        new("--seed")
        {
            Description = "Repeatable noise and coins, for looking into a result: NOT PRIVATE, and marked so.",
        };

    /// <summary>Power check.</summary>
    public Option<bool> WithoutNoise { get; } =
        new("--without-noise") { Description = "Leaves the noise out, to see that the audit notices: it must fail." };

    /// <summary>Home.</summary>
    public Option<string> Home { get; } = HomeOption.Home();

    /// <summary>JSON.</summary>
    public Option<bool> Json { get; } = HomeOption.Json();

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All =>
        [
            Kind,
            Run,
            Noise,
            Norm,
            Delta,
            Rate,
            Steps,
            Dimension,
            Size,
            Guesses,
            Significance,
            Seed,
            WithoutNoise,
            Home,
            Json,
        ];

    /// <summary>Makes the request.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The document of <c>--run</c>.</param>
    /// <param name="plan">Its plan in the ledger.</param>
    /// <param name="dimension">Numbers in one of its updates.</param>
    /// <exception cref="NodeSettingsException">Options are wrong: all of them.</exception>
    public AuditRequest Request(ParseResult parsed, RunDocument? run, ReservedEntry? plan, int? dimension)
    {
        var kind = Kinds[parsed.GetValue(Kind)!];
        var games = kind is AuditKind.Mechanism or AuditKind.Trainer;
        var delta = parsed.GetValue(Delta) ?? plan?.Delta ?? 1e-5;
        var rate = games
            ? 1
            : parsed.GetValue(Rate) ?? plan?.Plan.SamplingRate ?? (kind == AuditKind.OneRun ? 0.5 : 0.2);
        var steps = parsed.GetValue(Steps) ?? (games ? 1 : run?.Local.Steps ?? (kind == AuditKind.OneRun ? 20 : 300));
        var noise = parsed.GetValue(Noise) ?? run?.Privacy.NoiseMultiplier ?? 1;
        var size =
            parsed.GetValue(Size)
            ?? kind switch
            {
                AuditKind.Mechanism => noise > 2 ? 1_000_000 : 100_000,
                AuditKind.Trainer => 4000,
                AuditKind.OneRun => 1000,
                _ => 500,
            };
        var noiseSource = parsed.GetValue(Seed) is { } seed ? AuditNoise.Seeded(seed) : AuditNoise.Secure;
        var request = new AuditRequest
        {
            Kind = kind,
            NoiseMultiplier = noise,
            MaxGradNorm = parsed.GetValue(Norm) ?? run?.Privacy.MaxGradNorm ?? 1,
            ExpectedBatchSize = run?.Privacy.ExpectedBatchSize ?? 4,
            Delta = delta,
            SamplingRate = rate,
            Steps = steps,
            Dimension = parsed.GetValue(Dimension) ?? dimension ?? 16,
            Size = size,
            Guesses = parsed.GetValue(Guesses) ?? Math.Max(1, size / 2),
            Significance = parsed.GetValue(Significance) ?? (games ? 1e-6 : 0.01),
            Noise = parsed.GetValue(WithoutNoise) ? noiseSource.LeftOut : noiseSource,
        };
        var errors = Errors(request).ToList();
        if (errors.Count > 0)
        {
            throw new NodeSettingsException("fednode privacy audit", errors);
        }

        return games || parsed.GetValue(Noise) is not null || run is not null
            ? request
            : request with
            {
                NoiseMultiplier = NoiseCalibration.NoiseMultiplier(1, delta, rate, steps),
            };
    }

    private static IEnumerable<string> Errors(AuditRequest request)
    {
        var (most, what) = request.Kind switch
        {
            AuditKind.Mechanism => (100_000_000, "games"),
            AuditKind.Trainer => (10_000_000, "games"),
            AuditKind.OneRun => (CanaryAudit.MostCanaries, "canaries"),
            _ => (1_000_000, "records"),
        };
        if (request.NoiseMultiplier is not (> 0 and <= 1e6))
        {
            yield return Wrong("--noise-multiplier", request.NoiseMultiplier, "a number in (0, 1e6]");
        }

        if (!(request.MaxGradNorm is > 0 and <= 1e6))
        {
            yield return Wrong("--max-grad-norm", request.MaxGradNorm, "a number in (0, 1e6]");
        }

        if (request.Delta is not (> 0 and < 1))
        {
            yield return Wrong("--delta", request.Delta, "a probability in (0, 1), below 1 ÷ number of records");
        }

        if (request.SamplingRate is not (> 0 and <= 1))
        {
            yield return Wrong("--sampling-rate", request.SamplingRate, "a probability in (0, 1]");
        }

        if (request.Significance is not (> 0 and < 1))
        {
            yield return Wrong("--significance", request.Significance, "a probability in (0, 1)");
        }

        if (request.Steps is not (>= 1 and <= 1_000_000))
        {
            yield return Wrong("--steps", request.Steps, "1 … 1000000");
        }
        else if (request.Kind == AuditKind.Mechanism && request.Steps != 1)
        {
            yield return Wrong(
                "--steps",
                request.Steps,
                "1: the mechanism is one release; --kind trainer takes several steps"
            );
        }

        if (request.Dimension is not (>= 3 and <= 100_000_000))
        {
            yield return Wrong("--dimension", request.Dimension, "3 … 100000000");
        }

        if (request.Size < 2 || request.Size > most)
        {
            yield return Wrong("--size", request.Size, $"2 … {most} {what}");
        }
        else if (request.Guesses < 1 || request.Guesses > request.Size)
        {
            yield return Wrong("--guesses", request.Guesses, $"1 … {request.Size}");
        }
    }

    private static string Wrong(string option, double value, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{option} {value}; expected {expected}");
}
