using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Federated.Aggregation.Grains;

/// <summary>What the grains of this room need beside a journal and a blob store.</summary>
public static class GrainServices
{
    /// <summary>Registers the layout cache and, where none is registered, the system's clock.</summary>
    public static IServiceCollection AddAggregationGrains(this IServiceCollection services)
    {
        services.TryAddSingleton<AdapterLayouts>();
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }
}
