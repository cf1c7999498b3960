using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The fields that "Metaspace" has as a pre-tokenizer and as a decoder, in their older and newer spelling.</summary>
internal static class MetaspaceJson
{
    public static char Sign(ConfigFields fields)
    {
        var sign = fields.Text("replacement") ?? "▁";
        return sign.Length == 1 ? sign[0] : throw fields.Invalid("replacement", $"is '{sign}', not one character.");
    }

    /// <summary>Whether a part begins with the sign, given whether it is the first of the text.</summary>
    public static Func<bool, bool> Prepend(ConfigFields fields)
    {
        var scheme =
            fields.Text("prepend_scheme") ?? (fields.Flag("add_prefix_space", otherwise: true) ? "always" : "never");
        return scheme switch
        {
            "always" => _ => true,
            "first" => isFirst => isFirst,
            "never" => _ => false,
            _ => throw fields.Invalid("prepend_scheme", $"is '{scheme}', which is not understood."),
        };
    }
}
