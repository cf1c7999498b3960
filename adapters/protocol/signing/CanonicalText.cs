using System.Globalization;
using System.Text;

namespace Federated.Protocol;

/// <summary>
/// The bytes that signatures are taken over: UTF-8 lines, the first naming what is signed, so that a signature over one kind of
/// thing is never one over another. A field cannot hold a line break, hence no two lists of fields give the same bytes.
/// </summary>
internal static class CanonicalText
{
    public static byte[] Lines(string purpose, params object[] fields)
    {
        var text = new StringBuilder(purpose);
        foreach (var field in fields)
        {
            var written = Convert.ToString(field, CultureInfo.InvariantCulture)!;
            if (written.Contains('\n', StringComparison.Ordinal))
            {
                throw new ArgumentException($"A field of {purpose} holds a line break.", nameof(fields));
            }

            text.Append('\n').Append(written);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
