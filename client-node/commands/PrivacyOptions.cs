using System.CommandLine;

namespace Federated.ClientNode;

/// <summary>Options of the calculator, and what becomes of a number that is out of range.</summary>
internal static class PrivacyOptions
{
    public static Option<double?> SamplingRate() =>
        new("--sampling-rate") { Description = "q in [0, 1]: expected batch size ÷ number of records." };

    public static Option<double?> NoiseMultiplier() =>
        new("--noise-multiplier") { Description = "σ ÷ maxGradNorm, > 0." };

    public static Option<long?> Steps() => new("--steps") { Description = "Noised steps in all, ≥ 0." };

    public static Option<double> Delta() =>
        new("--delta") { Description = "δ in (0, 1), below 1 ÷ number of records.", Required = true };

    public static Option<double> TargetEpsilon() =>
        new("--target-epsilon") { Description = "ε not to exceed, > 0.", Required = true };

    /// <summary>The option, which must then be given.</summary>
    public static Option<T> Required<T>(Option<T> option)
    {
        option.Required = true;
        return option;
    }

    /// <summary>Here every argument is the command line's, so that one out of range is a wrong word of the command.</summary>
    public static int Run(Func<int> calculation) =>
        CommandRun.Guard(() =>
        {
            try
            {
                return calculation();
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or OverflowException)
            {
                // .NET appends the parameter's name and value on lines of their own.
                throw Refusal(error.Message.Split(" (Parameter")[0].Split('\n')[0].TrimEnd());
            }
        });

    public static NodeSettingsException Refusal(string message) => new("privacy", [message]);
}
