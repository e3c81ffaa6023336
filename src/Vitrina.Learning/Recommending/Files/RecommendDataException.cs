namespace Vitrina.Learning.Recommending.Files;

/// <summary>A file of interactions that cannot be read, with the file and the line at fault in the message.</summary>
/// <param name="message">What is wrong, where, and what would be right.</param>
public sealed class RecommendDataException(string message) : Exception(message);
