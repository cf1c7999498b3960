namespace Federated.Silo;

/// <summary>A line that is written over on a terminal, and written once for each change where output is piped.</summary>
internal sealed class LiveLine
{
    private string _shown = "";

    public void Show(string text, bool living)
    {
        if (living && !Console.IsOutputRedirected)
        {
            Console.Write($"\r{text.PadRight(_shown.Length)}");
        }
        else if (text != _shown)
        {
            Console.WriteLine(text);
        }

        _shown = text;
    }

    public void End()
    {
        if (_shown.Length > 0 && !Console.IsOutputRedirected)
        {
            Console.WriteLine();
        }
    }
}
