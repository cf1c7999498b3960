namespace Federated.Adapters;

/// <summary>What a learning rate does after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls in a line, to near zero at the run's last step.</summary>
    Linear,

    /// <summary>Falls as half a cosine (Loshchilov &amp; Hutter 2017, without restarts).</summary>
    Cosine,
}
