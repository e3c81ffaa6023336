namespace Vitrina.Engine.Verticals;

/// <summary>Why a document is refused: the field, what is wrong with it, and what would be right.</summary>
/// <param name="Field">The field's path in the document, such as <c>attributes.price</c>; empty when the document as a whole is wrong.</param>
/// <param name="Message">What is wrong and what is expected.</param>
/// <param name="Suggestion">The nearest valid name, when one is near.</param>
/// <param name="Code">A stable code that programs may compare, such as <c>unknown_item</c>.</param>
public readonly record struct FieldError(string Field, string Message, string? Suggestion = null, string Code = "invalid")
{
    /// <summary>The error as one line: <c>attributes.prise: there is no such attribute; did you mean 'price'?</c>.</summary>
    public override string ToString()
    {
        var hint = Suggestion is null ? "" : $"; did you mean '{Suggestion}'?";
        return string.IsNullOrEmpty(Field) ? Message + hint : $"{Field}: {Message}{hint}";
    }
}
