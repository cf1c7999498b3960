namespace Federated.Lab.Demo;

/// <summary>Where the base model that comes with the project lies.</summary>
internal static class BaseModelFolder
{
    private const string Name = "base-docs";

    /// <summary>The folder beside the program, where the build copies it.</summary>
    /// <exception cref="DemoException">It is not there.</exception>
    public static string Find() => Find(AppContext.BaseDirectory);

    internal static string Find(string baseDirectory)
    {
        var folder = Path.Combine(baseDirectory, Name);
        return File.Exists(Path.Combine(folder, "model.safetensors"))
            ? folder
            : throw new DemoException(
                ExitCode.Usage,
                $"base model: no model.safetensors in {folder}. Build silo/lab again; "
                    + "if adapters/lora/base-docs is missing, make it with: fedlab pretrain"
            );
    }
}
