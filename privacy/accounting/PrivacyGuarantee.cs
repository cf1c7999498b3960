namespace Federated.Privacy.Accounting;

/// <summary>What can be promised: the release is (<see cref="Epsilon"/>, <see cref="Delta"/>)-differentially private.</summary>
/// <param name="Epsilon">An upper bound on the privacy loss ε; +∞ when nothing can be promised.</param>
/// <param name="EpsilonLower">A lower bound on the true ε at this δ: no accountant can certify less. 0 where none is known.</param>
/// <param name="Delta">δ.</param>
/// <param name="Accountant">The name of the accountant whose bound this is.</param>
public sealed record PrivacyGuarantee(double Epsilon, double EpsilonLower, double Delta, string Accountant);
