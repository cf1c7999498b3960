namespace Federated.Privacy.Accounting;

/// <summary>An accountant met an event that it has no valid bound for. It never guesses.</summary>
public sealed class UnsupportedEventException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="accountant">The accountant that refuses.</param>
    /// <param name="privacyEvent">What it does not know.</param>
    public UnsupportedEventException(string accountant, PrivacyEvent privacyEvent)
        : base(
            $"the {accountant} accountant has no bound for {privacyEvent?.GetType().Name}; use an accountant that knows this event"
        ) { }

    internal UnsupportedEventException(string accountant, PrivacyEvent privacyEvent, string reason)
        : base($"the {accountant} accountant has no bound for {privacyEvent.GetType().Name} here; {reason}") { }
}
