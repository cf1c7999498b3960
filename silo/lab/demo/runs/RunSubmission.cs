using Federated.Adapters.Models;

namespace Federated.Lab.Demo.Runs;

/// <summary>Submits the demo's run, as an operator does.</summary>
internal sealed class RunSubmission(Federation federation, DemoFolder folder, string modelFolder, TextWriter progress)
{
    /// <summary>Writes the document and submits it; a demo that has done so before only says so.</summary>
    /// <returns>The state, with the run's digest.</returns>
    public async Task<DemoState> SubmitAsync(DemoState state, CancellationToken cancellationToken)
    {
        if (state.RunDigest is null)
        {
            var template = new RunTemplate(
                "api-docs",
                "{ group: default }",
                BaseModelDigest.Compute(modelFolder),
                state.Seed,
                state.Versions,
                state.Organisations.Count,
                state.NoiseMultiplier,
                state.MaxSamplingRate,
                state.PlanDelta
            );
            var yaml = state.PublicText is { } text
                ? await InitialiseAsync(template, text, cancellationToken)
                : template.ToYaml();
            await File.WriteAllTextAsync(folder.RunFile, yaml, cancellationToken);
            state = state with { RunDigest = await federation.Silo.Operator.SubmitAsync(yaml, cancellationToken) };
            state.Write(folder);
        }

        await progress.WriteLineAsync($"Submitted {folder.RunFile}: run {state.RunDigest[..12]}.");
        return state;
    }

    // The factors from the document as it is, then the document with the factors.
    private async Task<string> InitialiseAsync(
        RunTemplate template,
        string publicText,
        CancellationToken cancellationToken
    )
    {
        await progress.WriteLineAsync($"Finding the A factors on {publicText}, which is public.");
        await File.WriteAllTextAsync(folder.RunFile, template.ToYaml(), cancellationToken);
        await federation.InitialiseAsync(publicText, cancellationToken);
        return (template with { Initial = folder.ReadInitialFactors() }).ToYaml();
    }
}
