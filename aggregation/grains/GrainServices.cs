using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization;

namespace Federated.Aggregation.Grains;

/// <summary>What the grains of this room need beside a journal and a blob store.</summary>
public static class GrainServices
{
    /// <summary>
    /// Key of the clock that runs live by. Apart from the unkeyed one, which also drives cluster membership: tests stop this clock only.
    /// </summary>
    public const string Clock = "federated-runs";

    /// <summary>Registers the layout cache and, where none is registered, the system's clock.</summary>
    public static IServiceCollection AddAggregationGrains(this IServiceCollection services)
    {
        services.TryAddSingleton<AdapterLayouts>();
        services.TryAddSingleton<IPublicEvaluator, NoPublicEvaluation>();
        services.TryAddKeyedSingleton(Clock, TimeProvider.System);
        // Our exceptions cross grain calls as themselves.
        services.Configure<ExceptionSerializationOptions>(options =>
            options.SupportedNamespacePrefixes.Add("Federated")
        );
        return services;
    }
}
