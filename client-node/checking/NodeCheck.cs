namespace Federated.ClientNode;

/// <summary>One thing that was looked at.</summary>
/// <param name="What">settings | data | model | ledger | disk | silo.</param>
/// <param name="Code">0 = in order; otherwise the exit code that a start would end with.</param>
/// <param name="Detail">What was found, and what to do about it.</param>
internal sealed record NodeCheck(string What, int Code, string Detail)
{
    /// <summary>Whether it is in order.</summary>
    public bool IsOk => Code == ExitCode.Ok;
}
