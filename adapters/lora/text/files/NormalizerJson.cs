using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "normalizer" of tokenizer.json.</summary>
internal static class NormalizerJson
{
    public static Normalizer Read(ConfigFields fields)
    {
        var type = fields.Text("type");
        switch (type)
        {
            case "Sequence":
                return Normalizers.Sequence([.. fields.Sections("normalizers").Select(Read)]);
            case "NFC":
                return UnicodeForms.Nfc;
            case "NFD":
                return UnicodeForms.Nfd;
            case "NFKC":
                return UnicodeForms.Nfkc;
            case "NFKD":
                return UnicodeForms.Nfkd;
            case "Lowercase":
                return Normalizers.Lowercase;
            case "StripAccents":
                return Normalizers.StripAccents;
            case "Strip":
                return Normalizers.Strip(fields.Flag("strip_left"), fields.Flag("strip_right"));
            case "Nmt":
                return Normalizers.Nmt;
            case "Prepend":
                return Normalizers.Prepend(fields.Required("prepend"));
            case "Replace":
                return PatternJson.Replace(fields);
            case "BertNormalizer":
                return new BertNormalizer(
                    fields.Flag("clean_text", otherwise: true),
                    fields.Flag("handle_chinese_chars", otherwise: true),
                    fields.Has("strip_accents") ? fields.Flag("strip_accents") : null,
                    fields.Flag("lowercase", otherwise: true)
                ).Normalize;
            case "Precompiled":
                return new PrecompiledMap(fields.Base64("precompiled_charsmap"), fields.Where).Normalize;
            default:
                throw fields.Invalid("type", $"is '{type}', a normalizer that is not understood.");
        }
    }
}
