"""The language in which an index is asked: tokens, then a tree, then SQL with parameters.

condition  = either , { "or" , either } ;
either     = negation , { "and" , negation } ;
negation   = "not" , negation | "(" , condition , ")" | ("any" | "all") , "(" , condition , ")" | test ;
test       = value , ("==" | "!=" | "<" | "<=" | ">" | ">=") , value | NAME , "contains" , TEXT
           | NAME , ["not"] , "in" , "(" , value , { "," , value } , ")" | NAME ;
value      = NAME | NUMBER , ["%"] | TEXT | DATE | "count" , "(" , condition , ")" ;
"""
