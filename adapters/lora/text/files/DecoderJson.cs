using Federated.Adapters.Models;

namespace Federated.Adapters.Text;

/// <summary>The "decoder" of tokenizer.json.</summary>
internal static class DecoderJson
{
    public static TokenDecoder Read(ConfigFields fields)
    {
        var type = fields.Text("type");
        switch (type)
        {
            case "Sequence":
                return Decoders.Sequence([.. fields.Sections("decoders").Select(Read)]);
            case "ByteLevel":
                return Decoders.ByteLevel;
            case "ByteFallback":
                return Decoders.ByteFallback;
            case "Fuse":
                return Decoders.Fuse;
            case "Strip":
                var content = fields.Required("content");
                return content.Length == 1
                    ? Decoders.Strip(content[0], fields.Index("start", 0), fields.Index("stop", 0))
                    : throw fields.Invalid("content", $"is '{content}', not one character.");
            case "Replace":
                var replace = PatternJson.Replace(fields);
                return tokens => tokens.Select(token => replace(token));
            case "Metaspace":
                // The first part of a text is what a decoder begins with.
                return Decoders.Metaspace(MetaspaceJson.Sign(fields), MetaspaceJson.Prepend(fields)(true));
            case "WordPiece":
                return Decoders.WordPiece(fields.Text("prefix") ?? "##", fields.Flag("cleanup", otherwise: true));
            default:
                throw fields.Invalid("type", $"is '{type}', a decoder that is not understood.");
        }
    }
}
