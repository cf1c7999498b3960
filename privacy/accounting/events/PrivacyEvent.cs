namespace Federated.Privacy.Accounting;

/// <summary>
/// What a data-dependent release did, as an immutable value that any accountant can price later. ε is derived data; the event is the record.
/// </summary>
/// <remarks>
/// Neighbouring relation: add or remove one unit (one record, or one data subject), except for <see cref="SampledWithoutReplacementGaussianEvent"/>. An accountant
/// refuses an event that it does not know (<see cref="UnsupportedEventException"/>).
/// </remarks>
public abstract record PrivacyEvent
{
    private protected PrivacyEvent() { }
}
