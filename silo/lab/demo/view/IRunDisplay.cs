namespace Federated.Lab.Demo.Views;

/// <summary>Shows a run while <c>body</c> feeds it.</summary>
internal interface IRunDisplay
{
    /// <summary>Runs <paramref name="body"/>, which calls its argument with each new picture. Exceptions of the body pass through.</summary>
    Task ShowAsync(Func<Action<RunView>, Task> body);
}
