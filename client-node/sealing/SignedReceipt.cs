using Federated.Protocol;

namespace Federated.ClientNode;

/// <summary>A silo's receipt with its signature.</summary>
internal sealed record SignedReceipt(UpdateReceipt Receipt, byte[] Signature);
