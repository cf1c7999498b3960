using System.Text.Json.Serialization;

namespace Federated.Privacy.Accounting;

/// <summary>How the plans of one source add up across runs. Fixed by the source's first plan, for good.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanComposition>))]
public enum PlanComposition
{
    /// <summary>ε and δ of the plans add. Best for a few runs.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary>
    /// Half of δ as basic; the other half for a Rényi filter (<see cref="RenyiFilter"/>); a plan is admitted while either has room. Best for many
    /// runs.
    /// </summary>
    [JsonStringEnumMemberName("renyi")]
    Renyi,
}
