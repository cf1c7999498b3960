using System.Text;

namespace Federated.Adapters.Text;

/// <summary>The normalisation forms of Unicode Standard Annex 15.</summary>
internal static class UnicodeForms
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailBefore = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    /// <summary>Canonical decomposition.</summary>
    public static string Nfd(string text) => Ascii(text) ? text : Text(Decompose(text, compatible: false));

    /// <summary>Canonical decomposition, then composition.</summary>
    public static string Nfc(string text) => Ascii(text) ? text : Text(Compose(Decompose(text, compatible: false)));

    /// <summary>Compatibility decomposition.</summary>
    public static string Nfkd(string text) => Ascii(text) ? text : Text(Decompose(text, compatible: true));

    /// <summary>Compatibility decomposition, then composition.</summary>
    public static string Nfkc(string text) => Ascii(text) ? text : Text(Compose(Decompose(text, compatible: true)));

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);

    private static string Text(List<int> codes)
    {
        var text = new StringBuilder(codes.Count);
        Span<char> units = stackalloc char[2];
        foreach (var code in codes)
        {
            text.Append(units[..new Rune(code).EncodeToUtf16(units)]);
        }

        return text.ToString();
    }

    private static List<int> Decompose(string text, bool compatible)
    {
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Add(codes, rune.Value, compatible);
        }

        Reorder(codes);
        return codes;
    }

    private static void Add(List<int> codes, int code, bool compatible)
    {
        if (code is >= HangulFirst and <= HangulLast)
        {
            var index = code - HangulFirst;
            codes.Add(LeadFirst + (index / (Vowels * Tails)));
            codes.Add(VowelFirst + (index / Tails % Vowels));
            if (index % Tails > 0)
            {
                codes.Add(TailBefore + (index % Tails));
            }
        }
        else if (
            UnicodeData.Canonical.TryGetValue(code, out var parts)
            || (compatible && UnicodeData.Compatible.TryGetValue(code, out parts))
        )
        {
            foreach (var part in parts)
            {
                Add(codes, part, compatible);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    // Marks after a base letter stand by ascending combining class; equal classes keep their order.
    private static void Reorder(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var (code, order) = (codes[i], Class(codes[i]));
            var at = i;
            while (order > 0 && at > 0 && Class(codes[at - 1]) > order)
            {
                codes[at] = codes[at - 1];
                at--;
            }

            codes[at] = code;
        }
    }

    private static List<int> Compose(List<int> codes)
    {
        var composed = new List<int>(codes.Count);
        var starter = -1;
        foreach (var code in codes)
        {
            var order = Class(code);
            // Blocked by a mark of the same or a higher class, or by another starter, in between.
            var blocked = starter < 0 || (composed.Count - 1 > starter && Class(composed[^1]) >= order);
            if (!blocked && Pair(composed[starter], code) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }

            composed.Add(code);
            if (order == 0)
            {
                starter = composed.Count - 1;
            }
        }

        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + Leads && second is >= VowelFirst and < VowelFirst + Vowels)
        {
            return HangulFirst + ((((first - LeadFirst) * Vowels) + second - VowelFirst) * Tails);
        }

        var index = first - HangulFirst;
        return first is >= HangulFirst and <= HangulLast
            && index % Tails == 0
            && second is > TailBefore and < TailBefore + Tails
                ? first + second - TailBefore
            : UnicodeData.Composed.TryGetValue((first, second), out var whole) ? whole
            : null;
    }

    private static int Class(int code) => UnicodeData.CombiningClasses.GetValueOrDefault(code);
}
