namespace Federated.ClientNode;

/// <summary>What is put to the test.</summary>
internal enum AuditKind
{
    /// <summary>One release of the mechanism, on fixed gradients: tight.</summary>
    Mechanism,

    /// <summary>The whole trainer with one record in or out, many times, on a model small enough for that: nearly tight.</summary>
    Trainer,

    /// <summary>One training run with many canaries: what an observer of the update could find out (Steinke et al. 2023).</summary>
    OneRun,

    /// <summary>One training run and the losses of its records: what a user of the adapter could find out (Yeom et al. 2018; Carlini et al. 2022).</summary>
    Membership,
}
