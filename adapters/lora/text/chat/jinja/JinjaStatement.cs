using System.Text;

namespace Federated.Adapters.Text;

/// <summary>A piece of a template, ready to run.</summary>
/// <param name="scope">Its variables.</param>
/// <param name="output">Where it writes.</param>
internal delegate void JinjaStatement(JinjaScope scope, StringBuilder output);
