namespace Vitrina.Learning.Publishing;

/// <summary>An MLflow tracking server refused or could not be reached.</summary>
/// <param name="code">The server's `error_code`, such as `RESOURCE_DOES_NOT_EXIST`; `HTTP_NNN` when it gave none.</param>
/// <param name="message">What it said, without anything secret.</param>
public sealed class MlflowException(string code, string message) : IOException(message)
{
    /// <summary>There is no such thing.</summary>
    public const string DoesNotExist = "RESOURCE_DOES_NOT_EXIST";

    /// <summary>There is one already.</summary>
    public const string AlreadyExists = "RESOURCE_ALREADY_EXISTS";

    /// <summary>The server's code.</summary>
    public string Code { get; } = code;
}
